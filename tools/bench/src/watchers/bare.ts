import { join } from "node:path";
import { createClusterPki } from "@pinnace/pki";
import { apiAt, freePort } from "../api.ts";
import { start, until } from "../child.ts";
import type { ApiTarget } from "../peers/target.ts";

/** Starts the server that only feeds sockets. */
export async function startBareWatchServer(): Promise<ApiTarget> {
  const pki = await createClusterPki({ clock: { now: () => Date.now() } });
  const port = await freePort();
  const { certificate, key } = pki.apiServer;
  const child = start(process.execPath, [join(import.meta.dirname, "bare-server.ts"), String(port), certificate, key]);
  const api = apiAt(port);
  await until(child, async () => ((await api.call("GET", "/"))?.status === 200 ? true : undefined));
  api.close();
  return {
    ...{ name: "bare Node", port, token: "", ca: pki.authority.certificate, client: pki.admin, pids: [child.pid] },
    stop: () => child.stop(),
  };
}
