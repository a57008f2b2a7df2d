import type { CniPlugin, CniRequest } from "../src/index.ts";

export interface Recorded {
  readonly name: string;
  readonly command: string;
  readonly request: Partial<CniRequest>;
}

/** Does nothing, passes on what came before it (or one address), and remembers its calls. */
export function recordingPlugin(name: string, calls: Recorded[], change: Partial<CniPlugin> = {}): CniPlugin {
  const record = (command: string, request: Partial<CniRequest>): void => void calls.push({ name, command, request });
  return {
    versions: ["0.3.1", "0.4.0", "1.0.0", "1.1.0"],
    async add(request) {
      record("ADD", request);
      const first = {
        cniVersion: request.config.cniVersion,
        interfaces: [{ name: request.ifname, sandbox: request.netns! }],
        ips: [{ interface: 0, address: "10.1.0.2/32" }],
        routes: [],
        dns: {},
      };
      return request.previous ?? first;
    },
    del: async (request) => record("DEL", request),
    check: async (request) => record("CHECK", request),
    gc: async (config) => record("GC", { config }),
    status: async (config) => record("STATUS", { config }),
    ...change,
  };
}
