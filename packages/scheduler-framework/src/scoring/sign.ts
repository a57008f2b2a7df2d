import type { PodInfo } from "../contract/node-info.ts";
import type { SignFragment } from "../contract/points.ts";
import type { Resources } from "../contract/resources.ts";

/** Fragments of pods' signatures that several plugins share. */
export function signTolerations({ pod }: PodInfo): SignFragment {
  let value = "";
  for (const { key = "", operator = "", value: wanted = "", effect = "" } of pod.spec?.tolerations ?? []) {
    value += `${key}\u0001${operator}\u0001${wanted}\u0001${effect}\u0002`;
  }
  return { key: "spec.tolerations", value };
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
