import type { PodInfo } from "../contract/node-info.ts";
import type { SignFragment } from "../contract/points.ts";
import type { Resources } from "../contract/resources.ts";

/** Fragments of pods' signatures that several plugins share. */
export function signTolerations({ pod }: PodInfo): SignFragment {
  const tolerations = pod.spec?.tolerations;
  return { key: "spec.tolerations", value: tolerations === undefined ? "" : JSON.stringify(tolerations) };
}

export function signRequests({ requests }: PodInfo): SignFragment {
  return { key: "spec.containers.requests()", value: textOf(requests) };
}

/** With the amounts that count for containers that ask for nothing. */
export function signNonZeroRequests({ nonZeroRequests }: PodInfo): SignFragment {
  return { key: "spec.containers.nonZeroRequests()", value: textOf(nonZeroRequests) };
}

function textOf({ milliCpu, memory, ephemeralStorage, scalar }: Resources): string {
  const amounts = `${milliCpu},${memory},${ephemeralStorage}`;
  return scalar.size === 0 ? amounts : `${amounts},${JSON.stringify([...scalar])}`;
}
