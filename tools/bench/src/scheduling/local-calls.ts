import { mkdirSync } from "node:fs";
import { PODS } from "@pinnace/api";
import { type ApiResponse, deepFreeze } from "@pinnace/apimachinery";
import { createRealClock } from "@pinnace/clock";
import { type ClusterOptions, startCluster } from "@pinnace/cluster";
import { openLogStore } from "@pinnace/store-log";
import { peakBytes } from "../process-usage.ts";
import { type ClusterCalls, requireStatus, type SeenPod } from "./cluster-calls.ts";

const USER = { name: "bench", groups: ["system:masters", "system:authenticated"] };

/** Starts API server and scheduler in this process, on a store on disk; calls are functions. `change` is for tests. */
export async function localCalls(directory: string, change: Partial<ClusterOptions> = {}): Promise<ClusterCalls> {
  mkdirSync(directory, { recursive: true });
  const clock = createRealClock();
  const store = await openLogStore({ directory, clock });
  const cluster = await startCluster({ clock, store, nodes: 0, controllers: [], ...change });
  const { signal } = new AbortController();
  return {
    call: async (method, path, body, expected = method === "POST" ? 201 : 200) => {
      const [pathname = "", search = ""] = path.split("?");
      const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
      const response = await cluster.handler({
        ...{ method, path: pathname, query: new URLSearchParams(search), signal, user: USER },
        headers: { accept: "application/json", "user-agent": "bench", "content-type": type },
        ...(body === undefined ? {} : { body: { object: deepFreeze(body) } }),
      });
      return requireStatus(method, path, { status: response.status, object: objectOf(response) }, expected);
    },
    watchPods: async (onPod) => {
      const informer = cluster.informers.informer(PODS);
      await informer.whenSynced();
      informer.events.subscribe(({ type, object }) => {
        if (type !== "delete" && object.spec?.nodeName) onPod(object as unknown as SeenPod);
      });
    },
    memory: () => peakBytes(process.pid),
    close: () => cluster.stop(),
  };
}

function objectOf({ body }: ApiResponse): unknown {
  if (body.type === "object") return body.object;
  return body.type === "bytes" ? JSON.parse(new TextDecoder().decode(body.bytes)) : undefined;
}
