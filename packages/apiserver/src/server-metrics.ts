import type { ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import type { Counter, Gauge, Histogram, Labels, MetricRegistry } from "@pinnace/metrics";
import type { RequestInfo } from "./request-info.ts";

/** Upstream's bounds of apiserver_request_duration_seconds, in seconds. */
const DURATION_BUCKETS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
const SLI_BUCKETS = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

/** The request metrics of an API server, with upstream's names and labels. */
export class ServerMetrics {
  readonly #requests: Counter | undefined;
  readonly #durations: Histogram | undefined;
  readonly #sli: Histogram | undefined;
  readonly #watches: Gauge | undefined;
  readonly #known = new Map<string, ObservedLabels>();

  constructor(registry: MetricRegistry | undefined) {
    const target = ["verb", "group", "version", "resource", "subresource", "scope", "component"];
    this.#requests = registry?.counter({
      name: "apiserver_request_total",
      help: "Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.",
      labelNames: ["verb", "dry_run", "group", "version", "resource", "subresource", "scope", "component", "code"],
    });
    this.#durations = registry?.histogram({
      name: "apiserver_request_duration_seconds",
      help: "Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.",
      labelNames: [...target, "dry_run"],
      buckets: DURATION_BUCKETS,
    });
    this.#sli = registry?.histogram({
      name: "apiserver_request_sli_duration_seconds",
      help: "Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.",
      labelNames: target,
      buckets: SLI_BUCKETS,
    });
    this.#watches = registry?.gauge({
      name: "apiserver_longrunning_requests",
      help: "Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.",
      labelNames: target,
    });
  }

  /** Records one answered request; `duration` is in milliseconds. */
  observe(info: RequestInfo | undefined, request: ApiRequest, response: ApiResponse, duration: number): void {
    if (this.#requests === undefined) return;
    const labels = this.#labelsOf(info, request, response.status);
    this.#requests.inc(labels.request);
    if (response.body.type === "watch" || response.body.type === "upgrade") return;
    this.#durations?.observe(duration / 1000, labels.duration);
    this.#sli?.observe(duration / 1000, labels.target);
  }

  /** Requests for resources have few different label sets, which are kept. */
  #labelsOf(info: RequestInfo | undefined, request: ApiRequest, status: number): ObservedLabels {
    const dryRun = request.query.has("dryRun") ? "All" : "";
    if (!info?.resourceRequest || dryRun !== "") return observedLabels(info, request, status, dryRun);
    const apply = isApply(request);
    const key = `${request.method}${apply} ${info.verb} ${scopeOf(info)} ${status} ${info.group}/${info.version}/${info.resource}/${info.subresource}`;
    let labels = this.#known.get(key);
    if (labels === undefined) {
      if (this.#known.size >= MOST_LABELS) this.#known.clear();
      labels = observedLabels(info, request, status, dryRun);
      this.#known.set(key, labels);
    }
    return labels;
  }

  /** A watch or connection began (+1) or ended (-1). */
  longRunning(info: RequestInfo, request: ApiRequest, change: 1 | -1): void {
    this.#watches?.add(change, labelsOf(info, request));
  }
}

/** What one answered request is counted by; frozen. */
interface ObservedLabels {
  readonly target: Labels;
  readonly duration: Labels;
  readonly request: Labels;
}

const MOST_LABELS = 2000;

function observedLabels(
  info: RequestInfo | undefined,
  request: ApiRequest,
  status: number,
  dryRun: string,
): ObservedLabels {
  const target = Object.freeze(labelsOf(info, request, status !== 404));
  const duration = Object.freeze({ ...target, dry_run: dryRun });
  return { target, duration, request: Object.freeze({ ...duration, code: String(status) }) };
}

function isApply({ method, headers }: ApiRequest): boolean {
  return method === "PATCH" && headers["content-type"]?.includes("apply-patch") === true;
}

const REPORTED_VERBS: Readonly<Record<string, string>> = { list: "LIST", watch: "WATCH", patch: "PATCH" };

/** Unknown paths are not named, so that their number does not grow without bound. */
function labelsOf(info: RequestInfo | undefined, request: ApiRequest, known = true): Record<string, string> {
  const verb = isApply(request) ? "APPLY" : (REPORTED_VERBS[info?.verb ?? ""] ?? request.method);
  return {
    verb: info?.subresource !== "" && info?.resourceRequest && isConnect(info) ? "CONNECT" : verb,
    group: info?.group ?? "",
    version: info?.version ?? "",
    resource: info?.resource ?? "",
    subresource: info?.resourceRequest ? info.subresource : known ? (info?.path ?? "") : "",
    scope: scopeOf(info),
    component: "apiserver",
  };
}

function isConnect({ subresource }: RequestInfo): boolean {
  return ["exec", "attach", "portforward", "proxy"].includes(subresource);
}

function scopeOf(info: RequestInfo | undefined): string {
  if (!info?.resourceRequest) return "";
  if (info.name !== "" && !info.nameFromSelector) return "resource";
  return info.namespace !== "" ? "namespace" : "cluster";
}
