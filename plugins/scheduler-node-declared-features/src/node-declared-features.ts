import type { Node, Pod } from "@pinnace/api";
import { type SchedulerPlugin, SKIP, SUCCESS, unresolvable } from "@pinnace/scheduler-framework";

const REJECTED = unresolvable("node(s) didn't match Pod's required features");

/** Which features a pod needs of its node's kubelet, by what its spec says. */
const NEEDS: Readonly<Record<string, (spec: NonNullable<Pod["spec"]>) => boolean>> = {
  RestartAllContainersOnContainerExits: ({ containers, initContainers = [] }) =>
    [...containers, ...initContainers].some(({ restartPolicyRules = [] }) =>
      restartPolicyRules.some(({ action }) => action === "RestartAllContainers"),
    ),
  UserNamespacesHostNetworkSupport: ({ hostNetwork, hostUsers }) => hostNetwork === true && hostUsers === false,
};

/** The features that a pod needs, sorted. */
function needsOf({ spec }: Pod): readonly string[] {
  return spec === undefined ? [] : Object.keys(NEEDS).filter((name) => NEEDS[name]!(spec));
}

const declaredBy = ({ status }: Node): readonly string[] => status?.declaredFeatures ?? [];
const same = (a: readonly string[], b: readonly string[]): boolean => a.join(",") === b.join(",");

export function createNodeDeclaredFeatures(): SchedulerPlugin {
  return {
    preFilter: ({ pod }) => ({ status: needsOf(pod.pod).length === 0 ? SKIP : SUCCESS }),
    filter: ({ pod }, { node }) => {
      const declared = declaredBy(node);
      return needsOf(pod.pod).every((name) => declared.includes(name)) ? SUCCESS : REJECTED;
    },
    signPod: ({ pod }) => [{ key: "requiredFeatures", value: needsOf(pod.pod).join(",") }],
    eventsToRegister: () => [
      {
        event: { resource: "Node", actions: ["Add", "UpdateNodeDeclaredFeature"] },
        hint: (_pod, before, after) =>
          before !== undefined && after !== undefined && same(declaredBy(before as Node), declaredBy(after as Node))
            ? "QueueSkip"
            : "Queue",
      },
      {
        event: { resource: "UnscheduledPod", actions: ["Update"] },
        hint: ({ pod }, before, after) => {
          if (before === undefined || after === undefined) return "Queue";
          if (after.metadata?.uid !== pod.metadata?.uid) return "QueueSkip";
          return same(needsOf(before as Pod), needsOf(after as Pod)) ? "QueueSkip" : "Queue";
        },
      },
    ],
  };
}
