import {
  type ApiResponse,
  badRequest,
  conflict,
  type Draft,
  type FieldError,
  formatTime,
  type KubernetesObject,
  notSupported,
  required,
  unknownError,
} from "@pinnace/apimachinery";
import { objectResponse } from "../media/responses.ts";
import type { ResourceRequest } from "../request-context.ts";
import { admitSubresource } from "../rest/admit-subresource.ts";
import { decodeKind } from "../rest/decode.ts";
import { guaranteedUpdate } from "../rest/guaranteed-update.ts";
import { definitionOf, lookup } from "../rest/lookup.ts";
import { writeOptions } from "../rest/options.ts";
import type { RestContext } from "../rest/rest-context.ts";

const TOPOLOGY_LABELS = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/** POST of `pods/binding` and of `bindings`: gives a pod its node. */
export async function bindPod(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { info, output } = request;
  const { dryRun, fieldManager } = writeOptions(request, "CreateOptions");
  const binding = await decodeKind(request, { group: "", version: "v1", kind: "Binding" });
  binding.metadata ??= {};
  const name: string = binding.metadata.name ?? "";
  if (info.name !== "" && name !== info.name) throw badRequest("name in URL does not match name in Binding object");
  if (binding.metadata.namespace && binding.metadata.namespace !== info.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  binding.metadata.namespace = info.namespace;
  await admitSubresource(rest, request, binding, { dryRun, fieldManager }, () => {
    const errors = bindingErrors(binding);
    if (errors.length > 0) throw unknownError(errors.map(({ field, message }) => `${field}: ${message}`).join(", "));
  });
  const pods = definitionOf(rest, "", "pods");
  const change = (draft: Draft, old: KubernetesObject): void => assign(rest, draft, old, binding);
  await guaranteedUpdate(rest, pods, { namespace: info.namespace, name }, change, dryRun);
  return objectResponse(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }, output);
}

function bindingErrors({ target = {} }: Draft): FieldError[] {
  const errors: FieldError[] = [];
  if (target.kind && target.kind !== "Node") errors.push(notSupported("target.kind", target.kind, ["Node", "<empty>"]));
  if (!target.name) errors.push(required("target.name"));
  return errors;
}

function assign(rest: RestContext, pod: Draft, old: KubernetesObject, binding: Draft): void {
  const { name } = pod.metadata;
  const refuse = (why: string): Error => conflict("", "pods/binding", name, why);
  const stale = (why: string): Error => conflict("", "pods", name, why);
  const { uid, resourceVersion, annotations } = binding.metadata;
  if (uid && uid !== old.metadata?.uid)
    throw stale(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata?.uid}`);
  if (resourceVersion && resourceVersion !== old.metadata?.resourceVersion)
    throw stale(
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${old.metadata?.resourceVersion}`,
    );
  if (pod.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if (pod.spec.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  const nodeName: string = binding.target.name;
  pod.spec = { ...pod.spec, nodeName };
  if (annotations) pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations };
  copyTopology(pod, lookup(rest, "", "nodes", "", nodeName));
  const { nominatedNodeName: _, ...status } = pod.status ?? {};
  pod.status = { ...status, conditions: scheduled(status.conditions ?? [], formatTime(rest.clock.now())) };
}

/** A pod carries its node's zone and region (PodTopologyLabels). */
function copyTopology(pod: Draft, node: KubernetesObject | undefined): void {
  for (const label of TOPOLOGY_LABELS) {
    const value = node?.metadata?.labels?.[label];
    if (value !== undefined) pod.metadata.labels = { ...pod.metadata.labels, [label]: value };
  }
}

function scheduled(conditions: readonly Draft[], now: string): Draft[] {
  const condition = { type: "PodScheduled", status: "True", lastProbeTime: null, lastTransitionTime: now };
  return [...conditions.filter(({ type }) => type !== "PodScheduled"), condition];
}
