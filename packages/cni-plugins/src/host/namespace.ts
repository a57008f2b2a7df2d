import { CniError } from "../contract.ts";

/** The command that runs another one inside the network namespace at `path`, with this machine's file systems. */
export function inNamespace(path: string, command: readonly string[]): [command: string, args: readonly string[]] {
  return ["nsenter", [`--net=${namespacePath(path)}`, "--", ...command]];
}

/** The path, when it can stand in a line of an `ip` batch. Throws code 4. */
export function namespacePath(path: string): string {
  if (/^\/[\w./:@+-]+$/.test(path)) return path;
  throw new CniError(4, "invalid CNI_NETNS", `a namespace is an absolute path, not ${JSON.stringify(path)}`);
}
