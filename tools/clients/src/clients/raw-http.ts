import { type ClusterConnection, connectionOf, loadKubeconfig } from "@pinnace/kubeconfig";
import type { Client, Family } from "../client.ts";
import { createHttp1 } from "../http/http1.ts";
import { createHttp2 } from "../http/http2.ts";
import { OBJECT_STEPS } from "../http/objects.ts";
import { createRawSession } from "../http/session.ts";
import type { RawTransport } from "../http/transport.ts";
import { WORKLOAD_STEPS } from "../http/workload.ts";

const LACKS = {
  "apply, client side": "a feature of kubectl",
  exec: "needs a protocol upgrade",
  "port-forward": "needs a protocol upgrade",
};

/** The scenario with bare requests. */
export function createRawClient(name: string, open: (connection: ClusterConnection) => RawTransport): Client {
  return {
    name,
    version: `Node ${process.version}`,
    lacks: LACKS,
    async run({ kubeconfig, namespace }, recorder) {
      const transport = open(await connectionOf(await loadKubeconfig([kubeconfig])));
      try {
        const session = createRawSession(transport, namespace);
        for (const [step, run] of [...OBJECT_STEPS, ...WORKLOAD_STEPS]) await recorder.step(step, () => run(session));
      } finally {
        transport.close();
      }
    },
  };
}

/** Requests as curl would send them, over both versions of HTTP. */
export const rawHttp: Family = {
  name: "http",
  ci: true,
  find: async () => [createRawClient("HTTP/1.1", createHttp1), createRawClient("HTTP/2", createHttp2)],
};
