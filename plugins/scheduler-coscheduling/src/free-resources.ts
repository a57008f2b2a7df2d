import type { Cycle, NodeInfo } from "@pinnace/scheduler-framework";
import { amountsOf } from "@pinnace/scheduler-framework";
import { groupKeyOf } from "./pod-group.ts";

/**
 * What the cluster lacks of what a group wants altogether, as texts: `cpu (2000m of 4000m)`; empty when nothing is missing.
 * What members have already counts as free.
 */
export function lackingResources(
  cycle: Cycle,
  key: string,
  wanted: Readonly<Record<string, string>>,
): readonly string[] {
  const need = numbersOf(amountsOf(wanted));
  const free = new Map<string, number>();
  for (const node of cycle.snapshot.nodes)
    for (const [name, amount] of freeOf(node, key)) free.set(name, (free.get(name) ?? 0) + amount);
  return [...need]
    .filter(([name, amount]) => amount > (free.get(name) ?? 0))
    .map(([name, amount]) => {
      const unit = name === "cpu" ? "m" : "";
      return `${name} (${free.get(name) ?? 0}${unit} of ${amount}${unit})`;
    });
}

type Amounts = ReturnType<typeof amountsOf>;

function numbersOf({ milliCpu, memory, ephemeralStorage, scalar }: Amounts): ReadonlyMap<string, number> {
  return new Map([["cpu", milliCpu], ["memory", memory], ["ephemeral-storage", ephemeralStorage], ...scalar]);
}

function freeOf({ allocatable, requested, pods }: NodeInfo, key: string): ReadonlyMap<string, number> {
  const free = new Map(numbersOf(allocatable));
  const take = (amounts: Amounts, sign: number): void => {
    for (const [name, amount] of numbersOf(amounts)) free.set(name, (free.get(name) ?? 0) + sign * amount);
  };
  take(requested, -1);
  for (const { pod, requests } of pods) if (groupKeyOf(pod) === key) take(requests, 1);
  return free;
}
