import { PODS, type Pod } from "@pinnace/api";
import {
  type ApiResponse,
  badRequest,
  decodeYaml,
  encodeJson,
  type GroupHandler,
  type GroupRequest,
  methodNotSupported,
  noSuchResource,
  notFound,
  serviceUnavailable,
} from "@pinnace/apimachinery";
import type { ClientFactory, InformerFactory } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import type { MetricRegistry } from "@pinnace/metrics";
import { describeAttempt } from "./explain/describe-attempt.ts";
import { explainPod } from "./explain/explain-pod.ts";
import { EXPLANATION_GROUP, EXPLANATION_VERSION } from "./explain/explanation.ts";
import type { SchedulerInspection } from "./explain/inspection.ts";
import { answerWhatIf } from "./whatif/what-if-question.ts";

interface SchedulingApiComponents {
  readonly inspection: SchedulerInspection;
  readonly informers: InformerFactory;
  readonly clients: ClientFactory;
  readonly clock: Clock;
  /** What the scheduler measures. */
  readonly metrics: MetricRegistry;
  /** Where the scheduler runs in one process of several: undefined when it is this one, else who it is, "" for nobody. */
  readonly leader: () => Promise<string | undefined>;
}

/**
 * The API group `scheduling.pinnace.dev/v1`, for `ApiServer.useGroup`. Its resources are namespaced and guarded by RBAC
 * like any other:
 *
 * - `GET schedulingexplanations/<pod>`: why the pod is where it is, or nowhere.
 * - `GET schedulingexplanations`: how the last attempt of each pod ended.
 * - `POST whatifs` with a Pod, Deployment, ReplicaSet, StatefulSet, Job, CronJob or List of them: would it fit, where, and
 *   who would be evicted, and how many nodes are missing. Who asks must be allowed to create pods, too.
 * - `GET metrics`, of no namespace: kube-scheduler's metrics in the Prometheus text format, of this process.
 *
 * Only the process whose scheduler runs knows of attempts; others answer with 503 and say who it is.
 */
export function createSchedulingApi(components: SchedulingApiComponents): GroupHandler {
  return async (request) => {
    if (request.version !== "v1") throw noSuchResource();
    if (request.resource === "metrics") return exposed(components.metrics, request);
    const answer = RESOURCES[request.resource];
    if (answer === undefined) throw noSuchResource();
    const leader = await components.leader();
    if (leader !== undefined) throw serviceUnavailable(standby(leader));
    return answer(components, request);
  };
}

function exposed(metrics: MetricRegistry, { verb, namespace }: GroupRequest): ApiResponse {
  if (namespace !== "") throw noSuchResource();
  if (verb !== "list") throw methodNotSupported(EXPLANATION_GROUP, "metrics", verb);
  const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
  return { status: 200, headers, body: { type: "bytes", bytes: new TextEncoder().encode(metrics.expose()) } };
}

function standby(leader: string): string {
  const here = "the scheduler of this API server is on standby and knows nothing of attempts";
  if (leader === "") return `${here}; nobody leads at the moment, ask again in a few seconds`;
  return `${here}; "${leader}" holds Lease kube-system/kube-scheduler: ask the API server of that process`;
}

type Answer = (components: SchedulingApiComponents, request: GroupRequest) => Promise<ApiResponse>;

const RESOURCES: Readonly<Record<string, Answer | undefined>> = {
  schedulingexplanations: async (components, { verb, namespace, name, request }) => {
    if (verb === "get") return ok(explanationOf(components, namespace, name, request.signal));
    if (verb === "list") return ok(summaryOf(components, namespace));
    throw methodNotSupported(EXPLANATION_GROUP, "schedulingexplanations", verb);
  },
  whatifs: async ({ inspection, clients, clock }, { verb, namespace, user, request }) => {
    if (verb !== "create") throw methodNotSupported(EXPLANATION_GROUP, "whatifs", verb);
    if (namespace === "") throw badRequest("a question is about one namespace");
    const client = clients.client({ program: "pinnace-what-if", user });
    const { signal } = request;
    return ok(await answerWhatIf(bodyOf(request.body), namespace, { inspection, client, clock, signal }), 201);
  },
};

function explanationOf(
  { inspection, informers, clock }: SchedulingApiComponents,
  namespace: string,
  name: string,
  signal: AbortSignal,
): object {
  const pod = informers.informer(PODS).lister.get(`${namespace}/${name}`);
  if (pod === undefined) throw notFound("", "pods", name);
  return explainPod(pod as Pod, inspection, { now: clock.now(), signal });
}

function summaryOf({ inspection }: SchedulingApiComponents, namespace: string): object {
  const items = inspection.attempts.latest(namespace).map((record) => ({
    apiVersion: EXPLANATION_VERSION,
    kind: "SchedulingExplanation",
    metadata: { name: record.pod.metadata?.name, namespace: record.pod.metadata?.namespace },
    status: { schedulerName: record.schedulerName, attempts: [describeAttempt(record, false)] },
  }));
  return { apiVersion: EXPLANATION_VERSION, kind: "SchedulingExplanationList", metadata: {}, items };
}

function bodyOf(body: GroupRequest["request"]["body"]): unknown {
  if (body === undefined) throw badRequest("the body of the request is empty");
  if ("object" in body) return body.object;
  try {
    return decodeYaml(body.bytes).value;
  } catch (error) {
    throw badRequest(messageOf(error));
  }
}

function ok(object: object, status = 200): ApiResponse {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: { type: "object", object, bytes: () => encodeJson(object) } };
}
