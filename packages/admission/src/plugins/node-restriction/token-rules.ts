import type { Pod } from "@pinnace/api";
import { type Draft, notFound } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "../../contract.ts";
import { refusal } from "../../refusal.ts";
import type { NodeReaders } from "./node-readers.ts";

/** A kubelet gets tokens that are bound to a pod of its own, for audiences that the pod asks for. */
export async function checkToken(node: string, request: AdmissionRequest, readers: NodeReaders): Promise<void> {
  if (request.operation !== "CREATE" || request.subresource !== "token") return;
  const { boundObjectRef: ref, audiences = [] } = request.object.spec ?? {};
  if (ref?.apiVersion !== "v1" || ref.kind !== "Pod" || !ref.name)
    throw refusal(request, "node requested token not bound to a pod");
  if (!ref.uid) throw refusal(request, "node requested token with a pod binding without a uid");
  const pod = await readers.pods.get(request.namespace, ref.name);
  if (pod === undefined) throw notFound("", "pods", ref.name);
  if (ref.uid !== pod.metadata?.uid)
    throw refusal(
      request,
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  if (pod.spec?.nodeName !== node)
    throw refusal(request, "node requested token bound to a pod scheduled on a different node");
  await checkAudience(request, pod, audiences ?? [], readers);
}

/** KEP-4935: the audience must stand in the pod, in the CSI driver of one of its volumes, or be granted by a role. */
async function checkAudience(
  request: AdmissionRequest,
  pod: Pod,
  audiences: readonly string[],
  readers: NodeReaders,
): Promise<void> {
  if (audiences.length > 1) throw refusal(request, "node may only request 0 or 1 audiences");
  const audience = audiences[0] ?? "";
  for (const volume of (pod.spec?.volumes ?? []) as readonly Draft[]) {
    if (projects(volume, audience)) return;
    const driver = await driverOf(volume, pod, readers);
    if (driver !== undefined && (await driverAsks(driver, audience, readers))) return;
  }
  if (await isGranted(request, audience, readers)) return;
  throw refusal(
    request,
    `audience ${JSON.stringify(audience)} not found in pod spec volume, ${request.user.name} is not authorized to request tokens for this audience`,
  );
}

function projects(volume: Draft, audience: string): boolean {
  const sources: readonly Draft[] = volume.projected?.sources ?? [];
  return sources.some(({ serviceAccountToken: token }) => token !== undefined && (token.audience ?? "") === audience);
}

async function driverOf(volume: Draft, pod: Pod, readers: NodeReaders): Promise<string | undefined> {
  if (volume.csi !== undefined) return volume.csi.driver;
  const claimName =
    volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${pod.metadata?.name}-${volume.name}`);
  if (claimName === undefined) return undefined;
  const claim = await readers.claims.get(pod.metadata?.namespace ?? "", claimName);
  const volumeName = claim?.spec?.volumeName;
  return volumeName ? (await readers.volumes.get("", volumeName))?.spec?.csi?.driver : undefined;
}

async function driverAsks(name: string, audience: string, readers: NodeReaders): Promise<boolean> {
  const driver = await readers.drivers.get("", name);
  return driver?.spec?.tokenRequests?.some((request) => request.audience === audience) ?? false;
}

async function isGranted(request: AdmissionRequest, audience: string, { authorizer }: NodeReaders): Promise<boolean> {
  const { decision } = await authorizer.authorize({
    user: request.user,
    verb: "request-serviceaccounts-token-audience",
    resourceRequest: true,
    path: "",
    group: "",
    version: "",
    resource: audience,
    subresource: "",
    namespace: request.namespace,
    name: request.name,
  });
  return decision === "allow";
}
