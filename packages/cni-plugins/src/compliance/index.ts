/** The compliance suite of CNI plugins, and the recording host that it runs them on. Needs neither root nor a network. */
import { createPluginRegistry, isPluginDefinition, type PluginDefinition } from "@pinnace/plugin";
import type { CniComponents, CniConfig, CniPlugin, CniRequest } from "../contract.ts";
import { CNI_API_VERSION, CNI_PLUGIN_TYPE, CNI_SPEC_VERSION } from "../contract.ts";
import { CNI_PLUGIN_CASES } from "./cases.ts";
import { createRecordingHost } from "./recording-host.ts";

export { CNI_PLUGIN_CASES, type ComplianceCase, type ComplianceContext } from "./cases.ts";
export { createRecordingHost, type RecordedRun, type RecordingHost } from "./recording-host.ts";

/** The functions of a test runner that the suite needs: vitest's, jest's, or node:test's under these names. */
export interface TestFunctions {
  readonly describe: (name: string, run: () => void) => unknown;
  readonly it: (name: string, run: () => Promise<void> | void) => unknown;
  /** Not used; so that a spec can pass its runner's functions as they are. */
  readonly expect?: unknown;
}

/**
 * Runs the suite on a plugin. `change` goes into the network configuration, which by default asks for addresses of
 * `10.99.0.0/24` from host-local.
 */
export function describeCniPlugin(
  plugin: PluginDefinition<CniComponents, never, CniPlugin> | PluginDefinition<CniComponents, unknown, CniPlugin>,
  { describe, it }: TestFunctions,
  change: Readonly<Record<string, unknown>> = {},
): void {
  const definition = plugin as unknown as PluginDefinition;
  const hosts = [{ type: CNI_PLUGIN_TYPE, apiVersion: CNI_API_VERSION }];
  const registry = createPluginRegistry([{ source: "test", definition }], { hosts });
  describe(`CNI plugin ${definition.name}`, () => {
    it("is a plugin that the agent accepts", () => {
      if (!isPluginDefinition(definition)) throw new Error("it was not made by definePlugin");
      const [report] = registry.reports;
      if (report?.state !== "ready") throw report?.error ?? new Error(report?.reason);
    });
    for (const { name, run } of CNI_PLUGIN_CASES) {
      it(name, async () => {
        const host = await createRecordingHost();
        const config = configOf(definition.name, change);
        try {
          const made = registry.create<CniPlugin>(CNI_PLUGIN_TYPE, definition.name, host);
          await run({ plugin: made, host, config, request: (number, other) => requestOf(config, number, other) });
        } finally {
          await host.remove();
        }
      });
    }
  });
}

function configOf(type: string, change: Readonly<Record<string, unknown>>): CniConfig {
  const ipam = { type: "host-local", ranges: [[{ subnet: "10.99.0.0/24" }]] };
  return { cniVersion: CNI_SPEC_VERSION, name: "compliance", type, ipam, ...change };
}

function requestOf(config: CniConfig, number: number, change: Partial<CniRequest> = {}): CniRequest {
  return {
    containerId: `compliance-${number}`,
    netns: `/run/netns/compliance-${number}`,
    ifname: "eth0",
    args: { K8S_POD_NAME: `pod-${number}`, K8S_POD_NAMESPACE: "default", K8S_POD_UID: `uid-${number}` },
    config,
    previous: undefined,
    signal: new AbortController().signal,
    ...change,
  };
}
