import { type Draft, semanticEqual } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "../../contract.ts";
import { nameOf, refusal } from "../../refusal.ts";

type Labels = Readonly<Record<string, string>> | undefined;

/** A kubelet writes its own Node only: neither taints nor owners nor labels by which others steer workloads. */
export function checkNode(node: string, request: AdmissionRequest): void {
  const quoted = JSON.stringify(node);
  if (nameOf(request) !== node)
    throw refusal(request, `node ${quoted} is not allowed to modify node ${JSON.stringify(nameOf(request))}`);
  if (request.operation === "CREATE") checkCreate(quoted, request);
  if (request.operation === "UPDATE") checkUpdate(quoted, request);
}

function checkCreate(quoted: string, request: AdmissionRequest): void {
  const created: Draft = request.object;
  if (created.spec?.configSource)
    throw refusal(request, `node ${quoted} is not allowed to create pods with a non-nil configSource`);
  const forbidden = forbiddenLabels(created.metadata.labels, undefined);
  if (forbidden.length > 0)
    throw refusal(request, `node ${quoted} is not allowed to set the following labels: ${forbidden.join(", ")}`);
}

function checkUpdate(quoted: string, request: AdmissionRequest): void {
  const updated: Draft = request.object;
  const old: Draft = request.oldObject;
  if (updated.spec?.configSource && !semanticEqual(updated.spec.configSource, old.spec?.configSource))
    throw refusal(request, `node ${quoted} is not allowed to update configSource to a new non-nil configSource`);
  if (!semanticEqual(updated.spec?.taints, old.spec?.taints))
    throw refusal(request, `node ${quoted} is not allowed to modify taints`);
  const forbidden = forbiddenLabels(updated.metadata.labels, old.metadata?.labels);
  if (forbidden.length > 0) throw refusal(request, `is not allowed to modify labels: ${forbidden.join(", ")}`);
  if (!semanticEqual(updated.metadata.ownerReferences, old.metadata?.ownerReferences))
    throw refusal(request, `node ${quoted} is not allowed to modify ownerReferences`);
}

/** Labels that differ and that are not a kubelet's to set, sorted. */
function forbiddenLabels(labels: Labels = {}, old: Labels = {}): readonly string[] {
  const changed = Object.keys({ ...labels, ...old }).filter((key) => labels[key] !== old[key]);
  return changed.filter(isForbidden).sort();
}

const KUBELET_LABELS: ReadonlySet<string> = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/instance-type",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
]);

function isForbidden(key: string): boolean {
  const slash = key.indexOf("/");
  const domain = slash < 0 ? "" : key.slice(0, slash);
  if (isWithin(domain, "node-restriction.kubernetes.io")) return true;
  if (!isWithin(domain, "kubernetes.io") && !isWithin(domain, "k8s.io")) return false;
  return (
    !KUBELET_LABELS.has(key) && !isWithin(domain, "kubelet.kubernetes.io") && !isWithin(domain, "node.kubernetes.io")
  );
}

function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}
