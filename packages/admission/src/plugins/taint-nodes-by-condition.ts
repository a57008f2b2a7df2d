import type { Draft } from "@pinnace/apimachinery";
import type { AdmissionPlugin } from "../contract.ts";
import { isRequest } from "../request-kind.ts";

const NOT_READY = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** `TaintNodesByCondition`: a new node takes no pods until its conditions were seen. */
export function createTaintNodesByCondition(): AdmissionPlugin {
  return {
    name: "TaintNodesByCondition",
    handles: (request) => isRequest(request, "nodes", "CREATE"),
    async mutate({ object }) {
      object.spec ??= {};
      const taints: readonly Draft[] = object.spec.taints ?? [];
      if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
      object.spec.taints = [...taints, { ...NOT_READY }];
    },
  };
}
