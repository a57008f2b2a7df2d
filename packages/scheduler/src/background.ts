import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Client, InformerFactory } from "@pinnace/client";
import type { Background } from "@pinnace/scheduler-framework";

/** What plugins do on the side, for as long as `signal` lets them. */
export function createBackground(client: Client, informers: InformerFactory, signal: AbortSignal): Background {
  return {
    signal,
    watch: <T extends KubernetesObject>(type: ResourceType<T>, listener: (object: T) => void) => {
      if (signal.aborted) return;
      const subscription = informers.informer(type).events.subscribe(({ object }) => listener(object));
      signal.addEventListener("abort", () => subscription.unsubscribe(), { once: true });
    },
    list: async (type) => (await client.resource(type).list()).items,
  };
}
