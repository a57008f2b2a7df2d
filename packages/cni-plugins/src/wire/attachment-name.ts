import { CniError } from "../contract.ts";

/** Refuses an id that could leave a directory or an option list (spec 1.1.0, section 2). */
export function checkContainerId(id: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(id)) return;
  throw new CniError(4, "invalid characters in containerID", `invalid containerID ${JSON.stringify(id)}`);
}

/** Refuses what Linux would refuse as the name of an interface: at most 15 bytes, no `/`, `:` or space, not `.` or `..`. */
export function checkInterfaceName(name: string): void {
  const valid = /^[^/:\s\0]{1,15}$/.test(name) && name !== "." && name !== ".." && Buffer.byteLength(name) <= 15;
  if (!valid) throw new CniError(4, "invalid interface name", `invalid interface name ${JSON.stringify(name)}`);
}

/** `CNI_ARGS`: `K8S_POD_NAME=web;K8S_POD_NAMESPACE=default`. Throws code 4 when a pair has no `=`. */
export function parseArgs(text: string): Readonly<Record<string, string>> {
  const args: Record<string, string> = {};
  for (const pair of text.split(";").filter((each) => each !== "")) {
    const at = pair.indexOf("=");
    if (at < 1) throw new CniError(4, "invalid CNI_ARGS", `invalid CNI_ARGS pair ${JSON.stringify(pair)}`);
    args[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return args;
}
