import type { ApiHandler, ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import { isCodedError, messageOf } from "@pinnace/errors";
import { containerLogs } from "./container-logs.ts";
import type { HandlerContext } from "./handler-context.ts";
import { cadvisorMetrics, kubeletMetrics, resourceMetrics } from "./metrics.ts";
import { HttpError, jsonResponse, textResponse } from "./responses.ts";
import { runCommand } from "./run.ts";
import { streamAttach, streamExec, streamPortForward } from "./streams.ts";
import { SummaryProvider } from "./summary.ts";

const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Route = (request: ApiRequest, parameters: readonly string[]) => Promise<ApiResponse>;

/** The kubelet's own API (port 10250 of a real node). Never rejects. */
export function createKubeletHandler(context: HandlerContext): ApiHandler {
  const routes = routesOf(context);
  return async (request) => {
    const [, first = "", ...parameters] = request.path.split("/").map(decodeURIComponent);
    const exact = routes[request.path.replace(/\/$/, "")];
    const route = exact ?? routes[`/${first}/`];
    if (!route) return textResponse(404, "404 page not found\n");
    try {
      return await route(request, parameters);
    } catch (error) {
      if (error instanceof HttpError) return textResponse(error.status, error.message);
      const status = isCodedError(error) && error.code === "NOT_FOUND" ? 404 : 500;
      return textResponse(status, messageOf(error));
    }
  };
}

function routesOf(context: HandlerContext): Readonly<Record<string, Route>> {
  const summary = new SummaryProvider(context);
  const ok: Route = async () => textResponse(200, "ok");
  const { node } = context.options;
  return {
    "/healthz": ok,
    "/healthz/ping": ok,
    "/healthz/syncloop": ok,
    "/pods": async () => jsonResponse({ kind: "PodList", apiVersion: "v1", metadata: {}, items: context.pods() }),
    "/configz": async () => jsonResponse({ kubeletconfig: configuration(context) }),
    "/stats/summary": async () => jsonResponse(await summary.read()),
    "/metrics": async () => textResponse(200, await kubeletMetrics(context, node.name), METRICS_TYPE),
    "/metrics/resource": async () => textResponse(200, await resourceMetrics(context), METRICS_TYPE),
    "/metrics/cadvisor": async () => textResponse(200, await cadvisorMetrics(context), METRICS_TYPE),
    "/metrics/probes": async () => textResponse(200, "", METRICS_TYPE),
    "/containerLogs/": (request, parameters) => containerLogs(context, request, parameters),
    "/run/": (request, parameters) => runCommand(context, request, parameters),
    "/exec/": (request, parameters) => streamExec(context, request, parameters),
    "/attach/": (request, parameters) => streamAttach(context, request, parameters),
    "/portForward/": (request, parameters) => streamPortForward(context, request, parameters),
  };
}

/** The part of a KubeletConfiguration that applies here. */
function configuration({ options }: HandlerContext): object {
  return {
    kind: "KubeletConfiguration",
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    port: options.node.kubeletPort ?? 10_250,
    clusterDomain: options.clusterDomain ?? "cluster.local",
    clusterDNS: options.clusterDns ?? ["10.96.0.10"],
    nodeStatusUpdateFrequency: "10s",
    nodeStatusReportFrequency: "5m0s",
    nodeLeaseDurationSeconds: 40,
    cgroupDriver: "cgroupfs",
    maxPods: Number(options.node.capacity.pods ?? 110),
  };
}
