import type { Report } from "@pinnace-tools/e2e";
import type { CommonStep, Recorder } from "../steps.ts";

/** Steps of the acceptance run's workload that are steps of the scenario. */
const SAME: Readonly<Record<string, CommonStep>> = {
  version: "discover",
  "cluster-info": "discover",
  "api-resources": "discover",
  apply: "apply, client side",
  "apply again changes nothing": "apply, client side",
  "create namespace": "create",
  "create and its repetition": "create",
  "get pods": "get",
  "get -o wide|yaml|json": "get",
  "get -w while a pod is deleted and replaced": "watch",
  "server-side apply and its conflict": "apply, server side",
  "unknown object": "not found",
  "unknown namespace": "not found",
};

/** Lets a workload that reports to the acceptance run report to the scenario. */
export function asReport(recorder: Recorder): Report {
  let [passed, failed] = [0, 0];
  const skipped: string[] = [];
  const plain = (name: string): string => name.replace(/^.*?: /, "");
  const nameOf = (name: string): string => SAME[plain(name)] ?? plain(name);
  return {
    async step(name, run) {
      const ok = await recorder.step(nameOf(name), run);
      if (ok) passed += 1;
      else failed += 1;
      return ok;
    },
    skip(name, why) {
      skipped.push(name);
      recorder.record(nameOf(name), { kind: "not run", why });
    },
    get passed() {
      return passed;
    },
    get failed() {
      return failed;
    },
    skipped,
  };
}
