/**
 * A process with Pinnace's API server and nothing else, or with its scheduler: `pinnace-api-server.ts <data folder> <port>
 * [scheduler]`. With Node's `--expose-gc` it answers SIGUSR2 with a line of what is alive, see {@link LIVE_MEMORY}.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { API_SERVER, type ApiServer } from "@pinnace/apiserver";
import { serve } from "@pinnace/apiserver/node";
import { parseTokenFile } from "@pinnace/authentication";
import { createRealClock } from "@pinnace/clock";
import { composeCluster } from "@pinnace/cluster/module";
import { createClusterPki } from "@pinnace/pki";
import { SCHEDULER, type Scheduler } from "@pinnace/scheduler";
import { openLogStore } from "@pinnace/store-log";
import { LIVE_MEMORY, liveMemory } from "./live-memory.ts";
import { TOKEN_LINE } from "./target.ts";

const [, , data = "", port = "0", part] = process.argv;
const clock = createRealClock();
mkdirSync(data, { recursive: true });
const pki = await createClusterPki({ clock, directory: join(data, "pki") });
const store = await openLogStore({ directory: join(data, "store"), clock });
const container = composeCluster({
  ...{ clock, store, controllers: [], nodes: 0 },
  authentication: {
    serviceAccountKeys: [pki.serviceAccountKey.privateKey],
    staticTokens: parseTokenFile(TOKEN_LINE),
  },
  apiServer: { clientCa: pki.authority.certificate },
});
const apiServer = container.get<ApiServer>(API_SERVER);
await apiServer.start();
const scheduler = part === "scheduler" ? container.get<Scheduler>(SCHEDULER) : undefined;
await scheduler?.start();
const listener = await serve({
  handler: apiServer.handler,
  port: Number(port),
  tls: { cert: pki.apiServer.certificate, key: pki.apiServer.key, ca: pki.authority.certificate },
});
const stop = async (): Promise<void> => {
  await listener.close();
  await scheduler?.stop();
  await apiServer.stop();
  await store.close();
  process.exit(0);
};
const { gc } = globalThis;
if (gc !== undefined)
  process.on("SIGUSR2", () => void liveMemory(gc).then((bytes) => process.stdout.write(`${LIVE_MEMORY} ${bytes}\n`)));
process.once("SIGTERM", () => void stop());
