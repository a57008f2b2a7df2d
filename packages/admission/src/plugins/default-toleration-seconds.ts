import type { Draft } from "@pinnace/apimachinery";
import type { AdmissionPlugin } from "../contract.ts";
import { isRequest } from "../request-kind.ts";

const KEYS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** `DefaultTolerationSeconds`: a pod stays for 300 seconds on a node that is not ready or unreachable. */
export function createDefaultTolerationSeconds(options: { readonly seconds?: number } = {}): AdmissionPlugin {
  const tolerationSeconds = options.seconds ?? 300;
  return {
    name: "DefaultTolerationSeconds",
    handles: (request) => isRequest(request, "pods", "CREATE", "UPDATE"),
    async mutate({ object }) {
      const tolerations: readonly Draft[] = object.spec.tolerations ?? [];
      const missing = KEYS.filter((key) => !tolerations.some((toleration) => tolerates(toleration, key)));
      if (missing.length === 0) return;
      const defaults = missing.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds }));
      object.spec.tolerations = [...tolerations, ...defaults];
    },
  };
}

function tolerates({ key, effect }: Draft, taint: string): boolean {
  return (key === taint || !key) && (effect === "NoExecute" || !effect);
}
