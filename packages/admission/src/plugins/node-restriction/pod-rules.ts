import type { Pod } from "@pinnace/api";
import { type Draft, notFound, semanticEqual } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "../../contract.ts";
import { refersToConfigMaps, refersToSecrets } from "../../pod-references.ts";
import { nameOf, refusal } from "../../refusal.ts";
import type { NodeReaders } from "./node-readers.ts";

const MIRROR = "kubernetes.io/config.mirror";

/** A kubelet makes mirror pods of its own, and removes pods that are bound to it. */
export async function checkPod(node: string, request: AdmissionRequest, readers: NodeReaders): Promise<void> {
  const quoted = JSON.stringify(node);
  if (request.operation === "CREATE") return checkCreate(node, request, readers);
  if (request.operation !== "DELETE") {
    const operation = JSON.stringify(request.operation);
    throw refusal(request, `unexpected operation ${operation}, node ${quoted} can only create and delete mirror pods`);
  }
  const pod = (request.oldObject as Pod | undefined) ?? (await existingPod(request, readers, request.name));
  if (pod.spec?.nodeName !== node)
    throw refusal(request, `node ${quoted} can only delete pods with spec.nodeName set to itself`);
}

async function checkCreate(node: string, request: AdmissionRequest, readers: NodeReaders): Promise<void> {
  const pod: Draft = request.object;
  const quoted = JSON.stringify(node);
  if (pod.metadata.annotations?.[MIRROR] === undefined)
    throw refusal(
      request,
      `pod does not have ${JSON.stringify(MIRROR)} annotation, node ${quoted} can only create mirror pods`,
    );
  if (pod.spec.nodeName !== node)
    throw refusal(request, `node ${quoted} can only create pods with spec.nodeName set to itself`);
  await checkOwner(node, request, pod.metadata.ownerReferences ?? [], readers);
  const reference = referencedKind(pod.spec);
  if (reference !== undefined) throw refusal(request, `node ${quoted} can not create pods that reference ${reference}`);
}

async function checkOwner(
  node: string,
  request: AdmissionRequest,
  owners: readonly Draft[],
  readers: NodeReaders,
): Promise<void> {
  const quoted = JSON.stringify(node);
  const [owner] = owners;
  if (owners.length > 1)
    throw refusal(request, `node ${quoted} can only create pods with a single owner reference set to itself`);
  if (owner?.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== node)
    throw refusal(request, `node ${quoted} can only create pods with an owner reference set to itself`);
  if (!owner.controller)
    throw refusal(request, `node ${quoted} can only create pods with a controller owner reference set to itself`);
  if (owner.blockOwnerDeletion)
    throw refusal(request, `node ${quoted} must not set blockOwnerDeletion on an owner reference`);
  const existing = await readers.nodes.get("", node);
  if (existing === undefined) throw notFound("", "nodes", node);
  if (owner.uid !== existing.metadata?.uid)
    throw refusal(request, `node ${node} UID mismatch: expected ${owner.uid} got ${existing.metadata?.uid}`);
}

/** What a mirror pod must not refer to, and does. */
function referencedKind(spec: Draft): string | undefined {
  const volumes: readonly Draft[] = spec.volumes ?? [];
  if (spec.serviceAccountName) return "a service account";
  if (refersToSecrets(spec)) return "secrets";
  if (refersToConfigMaps(spec)) return "configmaps";
  if (volumes.some((volume) => volume.projected?.sources?.some((source: Draft) => source.clusterTrustBundle)))
    return "clustertrustbundles";
  if (volumes.some((volume) => volume.persistentVolumeClaim)) return "persistentvolumeclaims";
  if (spec.resourceClaims?.length) return "resourceclaims";
  return undefined;
}

/** A kubelet reports the status of pods bound to it, and nothing else about them. */
export function checkPodStatus(node: string, request: AdmissionRequest): void {
  const quoted = JSON.stringify(node);
  if (request.operation !== "UPDATE")
    throw refusal(request, `unexpected operation ${JSON.stringify(request.operation)}`);
  const old: Draft = request.oldObject;
  if (old.spec?.nodeName !== node)
    throw refusal(request, `node ${quoted} can only update pod status for pods with spec.nodeName set to itself`);
  if (!semanticEqual(old.metadata?.labels, request.object.metadata.labels))
    throw refusal(request, `node ${quoted} cannot update labels through pod status`);
  if (!semanticEqual(old.status?.resourceClaimStatuses, request.object.status?.resourceClaimStatuses))
    throw refusal(request, `node ${quoted} cannot update resource claim statues`);
  if (!semanticEqual(old.status?.extendedResourceClaimStatus, request.object.status?.extendedResourceClaimStatus))
    throw refusal(request, `node ${quoted} cannot update extended resource claim status`);
}

/** A kubelet evicts pods that are bound to it. */
export async function checkEviction(node: string, request: AdmissionRequest, readers: NodeReaders): Promise<void> {
  if (request.operation !== "CREATE") throw refusal(request, `unexpected operation ${request.operation}`);
  const pod = await existingPod(request, readers, nameOf(request));
  if (pod.spec?.nodeName !== node)
    throw refusal(request, `node ${node} can only evict pods with spec.nodeName set to itself`);
}

async function existingPod(request: AdmissionRequest, readers: NodeReaders, name: string): Promise<Pod> {
  const pod = await readers.pods.get(request.namespace, name);
  if (pod === undefined) throw notFound("", "pods", name);
  return pod;
}

/** Of a claim, a kubelet reports what a resize has come to. */
export function checkClaimStatus(node: string, request: AdmissionRequest): void {
  if (request.operation !== "UPDATE")
    throw refusal(request, `unexpected operation ${JSON.stringify(request.operation)}`);
  if (!semanticEqual(withoutResize(request.oldObject), withoutResize(request.object)))
    throw refusal(
      request,
      `node ${JSON.stringify(node)} is not allowed to update fields other than status.capacity and status.conditions`,
    );
}

function withoutResize(claim: Draft): Draft {
  const { resourceVersion, managedFields, ...metadata } = claim.metadata ?? {};
  const { capacity, conditions, allocatedResources, allocatedResourceStatuses, ...status } = claim.status ?? {};
  return { ...claim, metadata, status };
}
