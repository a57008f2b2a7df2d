import { createRealClock } from "@pinnace/clock";
import type { Store } from "@pinnace/store";
import { describeStoreCompliance, type StoreHarness } from "@pinnace/store/compliance";
import { describe, it } from "vitest";
import { openEtcdStore } from "../src/index.ts";
import { ETCD_MISSING, type EtcdCluster, startEtcd } from "./etcd-cluster.ts";

const clock = createRealClock();
/** Leases last as long as it takes, by the machine's own clock. */
const PATIENCE = 40_000;

function makeHarness(): StoreHarness {
  let cluster: EtcdCluster | undefined;
  const open = async (): Promise<Store> => {
    cluster ??= await startEtcd();
    return openEtcdStore({ endpoints: cluster.endpoints, clock, requestTimeout: 20_000 });
  };
  return {
    open,
    reopen: open,
    lateness: 1_500,
    elapse: (duration) => clock.sleep(duration),
    dispose: async () => cluster?.stop(),
  };
}

const title = ETCD_MISSING === undefined ? "etcd" : `etcd (skipped: ${ETCD_MISSING})`;
describeStoreCompliance(title, makeHarness, {
  describe,
  it: (name, run) => it.skipIf(ETCD_MISSING !== undefined).concurrent(name, run, PATIENCE),
});
