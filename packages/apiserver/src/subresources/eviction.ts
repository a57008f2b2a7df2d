import {
  type ApiResponse,
  badRequest,
  type Draft,
  forbidden,
  formatTime,
  type KubernetesObject,
  labelMatcher,
  StatusError,
  unknownError,
} from "@pinnace/apimachinery";
import { objectResponse } from "../media/responses.ts";
import type { ResourceRequest } from "../request-context.ts";
import { admitSubresource } from "../rest/admit-subresource.ts";
import { decodeKind } from "../rest/decode.ts";
import { deleteObject } from "../rest/delete.ts";
import { guaranteedUpdate } from "../rest/guaranteed-update.ts";
import { writeOptions } from "../rest/options.ts";
import { readObject } from "../rest/read.ts";
import type { RestContext } from "../rest/rest-context.ts";

const SUCCESS = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 } as const;
/** More pods than this may not be on their way out under one budget at a time. */
const MAX_DISRUPTED = 2000;

/** POST of `pods/eviction`: a DELETE that asks the pod's disruption budget first. */
export async function evictPod(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { info, output, definition } = request;
  const writing = writeOptions(request, "CreateOptions");
  const { dryRun } = writing;
  const eviction = await decodeKind(request, { group: "policy", version: "v1", kind: "Eviction" });
  if (eviction.metadata?.name !== info.name) throw badRequest("name in URL does not match name in Eviction object");
  await admitSubresource(rest, request, eviction, writing);
  const pod: Draft = await readObject(rest, definition, info.namespace, info.name);
  const options = eviction.deleteOptions ?? {};
  const quiet = dryRun || options.dryRun?.length > 0;
  if (!ignoresBudget(pod)) await takeFromBudget(rest, info.namespace, pod, quiet);
  if (!quiet && !pod.metadata.deletionTimestamp) await announce(rest, request, options);
  const { preconditions, gracePeriodSeconds, propagationPolicy } = options;
  await deleteObject(rest, { ...request, info: { ...info, subresource: "" } }, info.namespace, info.name, {
    dryRun: quiet,
    ...(preconditions ? { preconditions } : {}),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy ? { propagationPolicy } : {}),
  });
  return objectResponse(201, SUCCESS, output);
}

/** Pods that do not serve: finished, not started or on their way out already. */
function ignoresBudget(pod: Draft): boolean {
  return pod.metadata.deletionTimestamp !== undefined || ["Succeeded", "Failed", "Pending"].includes(pod.status?.phase);
}

async function announce(rest: RestContext, request: ResourceRequest, options: Draft): Promise<void> {
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
    lastProbeTime: null,
    lastTransitionTime: formatTime(rest.clock.now()),
  };
  await guaranteedUpdate(rest, request.definition, request.info, (draft, old) => {
    const { uid } = options.preconditions ?? {};
    if (uid && uid !== old.metadata?.uid)
      throw new StatusError(
        409,
        "Conflict",
        `Operation cannot be fulfilled on Pod ${JSON.stringify(request.info.name)}: the UID in the precondition (${uid}) does not match the UID in record (${old.metadata?.uid}). The object might have been deleted and then recreated`,
        { name: request.info.name, kind: "Pod" },
      );
    const others = (draft.status?.conditions ?? []).filter(({ type }: Draft) => type !== condition.type);
    draft.status = { ...draft.status, conditions: [...others, condition] };
  });
}

async function takeFromBudget(rest: RestContext, namespace: string, pod: Draft, dryRun: boolean): Promise<void> {
  const definition = rest.registry.findAnyVersion("policy", "poddisruptionbudgets");
  if (definition === undefined) return;
  const budgets = rest.caches
    .cache(definition.storageResource)
    .inNamespace(namespace)
    .map((entry): Draft => entry.object)
    .filter((budget) => labelMatcher(budget.spec?.selector).matches(pod.metadata.labels));
  const [budget] = budgets;
  if (budget === undefined) return;
  if (budgets.length > 1)
    throw unknownError(
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  if (sparesUnready(budget, pod)) return;
  const place = { namespace, name: budget.metadata.name as string };
  const now = formatTime(rest.clock.now());
  await guaranteedUpdate(rest, definition, place, (draft, old) => disrupt(draft, old, pod.metadata.name, now), dryRun);
}

/** A pod that is not ready may go when the budget is otherwise met, or always under `AlwaysAllow`. */
function sparesUnready(budget: Draft, pod: Draft): boolean {
  const ready = (pod.status?.conditions ?? []).some(({ type, status }: Draft) => type === "Ready" && status === "True");
  if (ready) return false;
  if (budget.spec?.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function disrupt(draft: Draft, _old: KubernetesObject, podName: string, now: string): void {
  const { name, generation = 0 } = draft.metadata;
  const status = draft.status ?? {};
  const { disruptionsAllowed = 0, observedGeneration = 0, disruptedPods = {} } = status;
  if (observedGeneration < generation)
    throw tooMany(
      "Cannot evict pod as it would violate the pod's disruption budget.",
      `The disruption budget ${name} is still being processed by the server.`,
      10,
    );
  if (disruptionsAllowed < 0)
    throw forbidden("policy", "poddisruptionbudgets", name, "pdb disruptions allowed is negative");
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED)
    throw forbidden(
      "policy",
      "poddisruptionbudgets",
      name,
      "DisruptedPods map too big - too many evictions not confirmed by PDB controller",
    );
  if (disruptionsAllowed === 0)
    throw tooMany(
      "Cannot evict pod as it would violate the pod's disruption budget.",
      `The disruption budget ${name} needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`,
    );
  draft.status = {
    ...status,
    disruptionsAllowed: disruptionsAllowed - 1,
    disruptedPods: { ...disruptedPods, [podName]: now },
  };
}

function tooMany(message: string, cause: string, retryAfterSeconds?: number): StatusError {
  return new StatusError(429, "TooManyRequests", message, {
    causes: [{ reason: "DisruptionBudget", message: cause }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
