import type { Container, Pod } from "@pinnace/api";
import type { ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import type { ContainerStatus, LogLine } from "@pinnace/cri";
import { instancesOf, readPodState } from "../pods/pod-state.ts";
import { type HandlerContext, requireContainer, requirePod } from "./handler-context.ts";
import { type LogOptions, parseLogOptions } from "./log-options.ts";
import { logText } from "./log-text.ts";
import { HttpError } from "./responses.ts";

/** GET /containerLogs/{namespace}/{pod}/{container}. */
export async function containerLogs(
  context: HandlerContext,
  request: ApiRequest,
  [namespace = "", name = "", containerName = ""]: readonly string[],
): Promise<ApiResponse> {
  const options = parseLogOptions(request.query, context.components.clock.now());
  const pod = requirePod(context, namespace, name);
  const container = requireContainer(pod, containerName);
  const instance = await chooseInstance(context, pod, container, options.previous);
  const lines = logLines(context, instance, options, request.signal);
  return {
    status: 200,
    headers: { "content-type": "text/plain" },
    body: { type: "stream", chunks: logText(lines, options) },
  };
}

async function chooseInstance(
  { components }: HandlerContext,
  pod: Pod,
  container: Container,
  previous: boolean,
): Promise<ContainerStatus> {
  const state = await readPodState(components.runtime, pod.metadata?.uid ?? "");
  const instances = instancesOf(state, container.name).filter(({ startedAt }) => startedAt > 0);
  const where = `container "${container.name}" in pod "${pod.metadata?.name}"`;
  if (previous) {
    const [latest, older] = instances;
    const ended = latest?.state === "EXITED" && waitingReason(pod, container) !== undefined ? latest : older;
    if (!ended) throw new HttpError(400, `previous terminated ${where} not found`);
    return ended;
  }
  const [latest] = instances;
  if (latest) return latest;
  throw new HttpError(400, `${where} is waiting to start: ${waitingReason(pod, container) ?? "ContainerCreating"}`);
}

function waitingReason(pod: Pod, container: Container): string | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const status = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container.name);
  return status?.state?.waiting && (status.state.waiting.reason ?? "ContainerCreating");
}

/** The lines from the runtime or from disk, already cut to the last `tailLines`. */
function logLines(
  { components }: HandlerContext,
  instance: ContainerStatus,
  { follow, tailLines }: LogOptions,
  signal: AbortSignal,
): AsyncIterable<LogLine> {
  const { runtime, files } = components;
  const read = runtime.logs?.bind(runtime);
  if (read) return tailAndFollow((options) => read(instance.id, { ...options, signal }), follow, tailLines);
  if (!files.readLog) throw new HttpError(501, "this node keeps no logs");
  const running = async (): Promise<boolean> => {
    const status = await runtime.containerStatus(instance.id);
    return status.state === "RUNNING" || status.state === "CREATED";
  };
  const tail = tailLines === undefined ? {} : { tailLines };
  return files.readLog(instance.logPath, { follow, ...tail, signal, running });
}

/** Reads what is there to find the tail, then again from there on. */
async function* tailAndFollow(
  read: (options: { readonly follow: boolean }) => AsyncIterable<LogLine>,
  follow: boolean,
  tailLines: number | undefined,
): AsyncIterable<LogLine> {
  if (tailLines === undefined) return yield* read({ follow });
  let seen = 0;
  const tail: LogLine[] = [];
  for await (const line of read({ follow: false })) {
    seen += 1;
    tail.push(line);
    if (tail.length > tailLines) tail.shift();
  }
  yield* tail;
  if (!follow) return;
  for await (const line of read({ follow: true })) if (--seen < 0) yield line;
}
