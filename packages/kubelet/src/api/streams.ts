import type { ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import type { StreamRequest } from "../contract.ts";
import { readPodState } from "../pods/pod-state.ts";
import { type HandlerContext, requirePod } from "./handler-context.ts";
import { isLocalConnection, serveLocally } from "./local-streams.ts";
import { HttpError } from "./responses.ts";
import { runningContainer } from "./running-container.ts";

/** /exec/{namespace}/{pod}/{container}?command=...&stdin=&stdout=&stderr=&tty=. */
export async function streamExec(
  context: HandlerContext,
  request: ApiRequest,
  parameters: readonly string[],
): Promise<ApiResponse> {
  const { status } = await runningContainer(context, parameters);
  const command = request.query.getAll("command");
  if (command.length === 0) throw new HttpError(400, "you must specify at least 1 command");
  const streams = wantedStreams(request.query, flag(request.query, "tty"));
  const open = (): ReturnType<typeof context.components.runtime.exec> =>
    context.components.runtime.exec({ containerId: status.id, command, ...streams });
  return upgrade(context, request, { kind: "exec", ...streams, open });
}

/** /attach/{namespace}/{pod}/{container}?stdin=&stdout=&stderr=&tty=. */
export async function streamAttach(
  context: HandlerContext,
  request: ApiRequest,
  parameters: readonly string[],
): Promise<ApiResponse> {
  const { status, tty, stdin } = await runningContainer(context, parameters);
  const wanted = wantedStreams(request.query, tty);
  const streams = { ...wanted, stdin: wanted.stdin && stdin };
  const open = (): ReturnType<typeof context.components.runtime.attach> =>
    context.components.runtime.attach({ containerId: status.id, ...streams });
  return upgrade(context, request, { kind: "attach", ...streams, open });
}

/** /portForward/{namespace}/{pod}. */
export async function streamPortForward(
  context: HandlerContext,
  request: ApiRequest,
  [namespace = "", name = ""]: readonly string[],
): Promise<ApiResponse> {
  const pod = requirePod(context, namespace, name);
  const { runtime } = context.components;
  const { sandboxes } = await readPodState(runtime, pod.metadata?.uid ?? "");
  const sandbox = sandboxes.find(({ state }) => state === "READY");
  if (!sandbox) throw new HttpError(404, `pod "${name}" has no running sandbox`);
  return upgrade(context, request, {
    kind: "portforward",
    ports: request.query.getAll("port"),
    open: (ports) => runtime.portForward(sandbox.id, ports),
  });
}

function upgrade({ components }: HandlerContext, request: ApiRequest, stream: StreamRequest): ApiResponse {
  if (!request.upgrade) throw new HttpError(400, "Upgrade request required");
  return {
    status: 101,
    headers: {},
    body: {
      type: "upgrade",
      handle: (connection) => {
        if (isLocalConnection(connection)) serveLocally(connection, stream);
        else if (components.streams) components.streams.serve(connection, stream);
        else throw new TypeError("this kubelet serves streams to callers of its own process only");
      },
    },
  };
}

/** The kubelet's own names (`input`, `output`, `error`) and those of the API server's query. */
function wantedStreams(
  query: URLSearchParams,
  tty: boolean,
): { readonly tty: boolean; readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean } {
  const stdin = flag(query, "stdin") || flag(query, "input");
  const stdout = flag(query, "stdout") || flag(query, "output");
  const stderr = (flag(query, "stderr") || flag(query, "error")) && !tty;
  if (!stdin && !stdout && !stderr) throw new HttpError(400, "you must specify at least one of stdin, stdout, stderr");
  return { tty, stdin, stdout, stderr };
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value === "true" || value === "1";
}
