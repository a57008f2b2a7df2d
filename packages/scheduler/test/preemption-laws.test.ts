import { POD_DISRUPTION_BUDGETS } from "@pinnace/api";
import { createPodInfo, type NodeTrial, SUCCESS, unschedulable } from "@pinnace/scheduler-framework";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Breach, breachesOf, type Mutation, situations } from "./preemption-laws.ts";

/** Changes the trials that victims are chosen by. */
const trials = (change: (trial: NodeTrial) => NodeTrial): Mutation => ({
  components: (components) => ({
    ...components,
    filters: {
      trial: (cycle, nodeName) => {
        const trial = components.filters.trial(cycle, nodeName);
        return trial === undefined ? undefined : change(trial);
      },
    },
  }),
});

const FAULTS: readonly (Mutation & { readonly what: string; readonly law: Breach["law"] })[] = [
  {
    what: "takes equals for less important",
    law: "priority",
    plugin: (plugin) => ({
      ...plugin,
      postFilter: (cycle, rejections) => {
        const { pod } = cycle.pod;
        const raised = { ...pod, spec: { ...pod.spec, priority: (pod.spec?.priority ?? 0) + 1 } } as typeof pod;
        return plugin.postFilter!({ ...cycle, pod: createPodInfo(raised) }, rejections);
      },
    }),
  },
  {
    what: "knows no budgets",
    law: "budget",
    components: (components) => ({
      ...components,
      reader: {
        ...components.reader,
        list: (type, namespace) =>
          (type as unknown) === POD_DISRUPTION_BUDGETS ? [] : components.reader.list(type, namespace),
      },
    }),
  },
  {
    what: "takes the last node that can be made free",
    law: "order",
    components: (components) => ({
      ...components,
      preemption: { advise: async (_pod, candidates) => candidates.slice(-1) },
    }),
  },
  {
    what: "spares nobody",
    law: "least",
    ...trials((trial) => {
      let isComplete = true;
      const add: NodeTrial["add"] = (pod) => {
        isComplete = false;
        return trial.add(pod);
      };
      return {
        ...trial,
        add,
        remove: trial.remove.bind(trial),
        fits: () => (isComplete ? trial.fits() : unschedulable("no")),
      };
    }),
  },
  {
    what: "does not ask whether the pod fits in the end",
    law: "fits",
    ...trials((trial) => {
      let isAsked = false;
      const fits: NodeTrial["fits"] = () => {
        const status = isAsked ? trial.fits() : SUCCESS;
        isAsked = true;
        return status;
      };
      return { add: trial.add.bind(trial), remove: trial.remove.bind(trial), fits };
    }),
  },
  {
    what: "gives up at once",
    law: "help",
    plugin: (plugin) => ({ ...plugin, postFilter: async () => ({ status: unschedulable("preemption: none") }) }),
  },
];

describe("preemption, whatever the cluster", () => {
  it(
    "evicts nobody of its own priority or a higher one, spares budgets where it can, takes the node that costs least and " +
      "no more pods than it needs, and makes room",
    async () => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(situations, async (situation) => {
          const breaches = await breachesOf(situation);
          if (breaches === undefined) return;
          count += 1;
          expect(breaches).toEqual([]);
        }),
        { numRuns: 400 },
      );
      expect(count).toBeGreaterThan(50);
    },
  );

  it.each(FAULTS)(
    "is caught when it $what",
    async ({ law, ...mutation }) => {
      const breaksLaw = fc.asyncProperty(situations, async (situation) => {
        const breaches = (await breachesOf(situation, mutation)) ?? [];
        return !breaches.some((breach) => breach.law === law);
      });
      const { failed } = await fc.check(breaksLaw, { numRuns: 20_000, endOnFailure: true });
      expect(failed, "no situation shows it").toBe(true);
    },
    60_000,
  );
});
