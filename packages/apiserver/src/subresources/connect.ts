import { runMutation, runValidation } from "@pinnace/admission";
import { type ApiResponse, badRequest, type Draft } from "@pinnace/apimachinery";
import type { NodeConnector } from "../node-connector.ts";
import type { ResourceRequest } from "../request-context.ts";
import { isTrue } from "../request-info.ts";
import { admissionRequest } from "../rest/admit.ts";
import { readObject } from "../rest/read.ts";
import type { RestContext } from "../rest/rest-context.ts";
import { connectOptions } from "./connect-options.ts";
import { chooseContainer } from "./containers.ts";
import { forward, kubeletFailure, kubeletOf } from "./kubelet.ts";

const STREAMS = { stdin: "input", stdout: "output", stderr: "error", tty: "tty" } as const;

/** `pods/exec`, `pods/attach`, `pods/portforward`: hands the connection to the pod's kubelet. */
export async function connectPod(
  rest: RestContext,
  nodes: NodeConnector | undefined,
  request: ResourceRequest,
): Promise<ApiResponse> {
  const { info, definition } = request;
  const pod: Draft = await readObject(rest, definition, info.namespace, info.name);
  await admit(rest, request);
  const target = targetOf(pod, request);
  if (!pod.spec.nodeName) throw badRequest(`pod ${info.name} does not have a host assigned`);
  if (request.request.upgrade === undefined) throw badRequest("Upgrade request required");
  const kubelet = await kubeletOf(rest, nodes, pod.spec.nodeName);
  const response = await kubelet(forward(request.request, target.path, target.query));
  const failure = await kubeletFailure(response);
  if (failure !== undefined) throw failure;
  return response;
}

async function admit(rest: RestContext, request: ResourceRequest): Promise<void> {
  const { info } = request;
  const options = connectOptions(info.subresource, request.request.query);
  const admission = admissionRequest(rest, request, {
    operation: "CONNECT",
    name: info.name,
    object: options,
    oldObject: undefined,
    options: {},
    dryRun: false,
  });
  await runMutation(rest.admission(), admission);
  await runValidation(rest.admission(), admission);
}

/** The kubelet's path and query for what the client asked. */
function targetOf(pod: Draft, { info, request }: ResourceRequest): { path: string; query: URLSearchParams } {
  const query = new URLSearchParams();
  const place = `${info.namespace}/${info.name}`;
  if (info.subresource === "portforward") {
    for (const port of request.query.getAll("ports")) query.append("port", port);
    return { path: `/portForward/${place}`, query };
  }
  const container = chooseContainer(pod, request.query.get("container"));
  const { phase } = pod.status ?? {};
  if (phase === "Succeeded" || phase === "Failed")
    throw badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  for (const [name, renamed] of Object.entries(STREAMS)) if (isTrue(request.query.get(name))) query.set(renamed, "1");
  for (const word of request.query.getAll("command")) query.append("command", word);
  return { path: `/${info.subresource}/${place}/${container}`, query };
}
