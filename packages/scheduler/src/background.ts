import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Client, InformerFactory } from "@pinnace/client";
import type { Background } from "@pinnace/scheduler-framework";

interface BackgroundComponents {
  readonly client: Client;
  readonly informers: InformerFactory;
  /** Settles when the scheduler is started or stopped: one on standby does nothing. */
  readonly begun: Promise<void>;
}

/** What plugins do on the side, from the scheduler's start on and for as long as `signal` lets them. */
export function createBackground({ client, informers, begun }: BackgroundComponents, signal: AbortSignal): Background {
  const follow = <T extends KubernetesObject>(type: ResourceType<T>, listener: (object: T) => void): void => {
    if (signal.aborted) return;
    const subscription = informers.informer(type).events.subscribe(({ object }) => listener(object));
    signal.addEventListener("abort", () => subscription.unsubscribe(), { once: true });
  };
  return {
    signal,
    watch: (type, listener) => void begun.then(() => follow(type, listener)),
    list: async (type) => {
      await begun;
      signal.throwIfAborted();
      return (await client.resource(type).list()).items;
    },
  };
}
