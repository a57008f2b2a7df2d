import type { ServiceAccount } from "@pinnace/api";
import type { Clock } from "@pinnace/clock";
import type { ObjectReader } from "../object-reader.ts";

/** How long the default account of a new namespace is waited for: upstream asks ten times, up to 200 ms apart. */
const PATIENCE = 1500;

/**
 * Waits for an account that a controller is about to make: `default`. Resolves as soon as the cache has it, with
 * undefined for other names at once, and after 1.5 seconds.
 */
export function createAccountWait(
  accounts: ObjectReader<ServiceAccount>,
  clock: Pick<Clock, "setTimeout">,
): (namespace: string, name: string) => Promise<ServiceAccount | undefined> {
  return (namespace, name) => {
    if (name !== "default") return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const finish = (account: ServiceAccount | undefined): void => {
        timer.cancel();
        resolve(account);
        // The subscription may deliver from its cache before it is known here.
        queueMicrotask(() => subscription.unsubscribe());
      };
      const timer = clock.setTimeout(() => finish(undefined), PATIENCE);
      const subscription = accounts.informer.events.subscribe({
        next: ({ type, object }) => {
          if (type !== "delete" && object.metadata?.namespace === namespace && object.metadata.name === name)
            finish(object);
        },
        complete: () => finish(undefined),
      });
    });
  };
}
