import type { ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import type { HandlerContext } from "./handler-context.ts";
import { HttpError, textResponse } from "./responses.ts";
import { runningContainer } from "./running-container.ts";

/** POST /run/{namespace}/{pod}/{container}?cmd=...: the output of a command. */
export async function runCommand(
  context: HandlerContext,
  request: ApiRequest,
  parameters: readonly string[],
): Promise<ApiResponse> {
  if (request.method !== "POST") throw new HttpError(405, "405: Method Not Allowed");
  const { status } = await runningContainer(context, parameters);
  const command = (request.query.get("cmd") ?? "").split(" ").filter(Boolean);
  const { stdout, stderr } = await context.components.runtime.execSync(status.id, command, 0);
  const decoder = new TextDecoder();
  return textResponse(200, decoder.decode(stdout) + decoder.decode(stderr));
}
