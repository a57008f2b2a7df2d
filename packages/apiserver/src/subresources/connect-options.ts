import { isTrue } from "../request-info.ts";

/** What admission sees of a connection: the query as an object of the kind that upstream makes of it. */
export function connectOptions(subresource: string, query: URLSearchParams): Record<string, unknown> {
  if (subresource === "portforward") {
    const ports = query.getAll("ports").map(Number).filter(Number.isInteger);
    return { kind: "PodPortForwardOptions", apiVersion: "v1", ...(ports.length === 0 ? {} : { ports }) };
  }
  const container = query.get("container");
  const options: Record<string, unknown> = {
    kind: subresource === "exec" ? "PodExecOptions" : "PodAttachOptions",
    apiVersion: "v1",
  };
  for (const name of ["stdin", "stdout", "stderr", "tty"]) if (isTrue(query.get(name))) options[name] = true;
  if (container) options.container = container;
  // `command` is always printed: null stands for a list that is not there.
  if (subresource === "exec") options.command = query.has("command") ? query.getAll("command") : null;
  return options;
}
