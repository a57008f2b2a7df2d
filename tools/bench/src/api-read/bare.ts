import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClusterPki } from "@pinnace/pki";
import { apiAt, freePort } from "../api.ts";
import { start, until } from "../child.ts";
import type { ApiTarget } from "../peers/target.ts";
import { removeFolder, temporaryFolder } from "../resources.ts";

/** Starts a server that does nothing but send these bytes. */
export async function startBareServer(object: Uint8Array, list: Uint8Array): Promise<ApiTarget> {
  const folder = temporaryFolder("bare");
  const pki = await createClusterPki({ clock: { now: () => Date.now() } });
  const files = [join(folder, "object.json"), join(folder, "list.json")] as const;
  writeFileSync(files[0], object);
  writeFileSync(files[1], list);
  const port = await freePort();
  const { certificate, key } = pki.apiServer;
  const program = join(import.meta.dirname, "bare-server.ts");
  const child = start(process.execPath, [program, String(port), certificate, key, ...files]);
  const api = apiAt(port);
  await until(child, async () => ((await api.call("GET", "/object"))?.status === 200 ? true : undefined));
  api.close();
  return {
    ...{ name: "bare Node", port, token: "", ca: pki.authority.certificate, client: pki.admin, pids: [child.pid] },
    stop: async () => {
      await child.stop();
      removeFolder(folder);
    },
  };
}
