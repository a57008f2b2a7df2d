import type { Rules } from "./rules.ts";

/**
 * Arguments for `conntrack -D` that forget UDP flows to addresses whose target changed. UDP has no end of a connection:
 * without this a client that keeps its port goes on talking to an endpoint that is gone.
 */
export function staleFlows(
  before: ReadonlyMap<string, Rules>,
  changes: ReadonlyMap<string, Rules>,
): readonly (readonly string[])[] {
  const flows: (readonly string[])[] = [];
  for (const [name, after] of changes) {
    const old = before.get(name);
    for (const set of ["services", "no-endpoints"] as const) {
      for (const [key, value] of old?.elements.get(set) ?? []) {
        const [address = "", protocol, port = ""] = key.split(" . ");
        if (protocol !== "udp") continue;
        const unchanged = after.elements.get(set)?.get(key) === value && sameChain(old, after, value);
        if (!unchanged) flows.push(["-p", "udp", "--orig-dst", address, "--orig-port-dst", port]);
      }
    }
  }
  return flows;
}

function sameChain(before: Rules | undefined, after: Rules, verdict: string): boolean {
  const chain = verdict.replace("goto ", "");
  return before?.chains.get(chain)?.join("\n") === after.chains.get(chain)?.join("\n");
}
