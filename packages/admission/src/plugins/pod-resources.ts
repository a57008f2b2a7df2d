import { type Draft, parseQuantity } from "@pinnace/apimachinery";

type Quantities = Readonly<Record<string, string>>;

/** What a pod requests: see {@link podTotal}. */
export function podRequests(spec: Draft): Quantities {
  return podTotal(spec, "requests");
}

/** What a pod is limited to: see {@link podTotal}. */
export function podLimits(spec: Draft): Quantities {
  return podTotal(spec, "limits");
}

/**
 * The sum over the containers and the sidecars (init containers that restart always), but at least what the greediest
 * init container needs together with the sidecars started before it (KEP-753).
 */
function podTotal(spec: Draft, member: "requests" | "limits"): Quantities {
  let total: Quantities = {};
  for (const container of spec.containers ?? []) total = add(total, container.resources?.[member]);
  let sidecars: Quantities = {};
  let peak: Quantities = {};
  for (const container of spec.initContainers ?? []) {
    const own = container.resources?.[member];
    if (container.restartPolicy === "Always") sidecars = add(sidecars, own);
    peak = max(peak, container.restartPolicy === "Always" ? sidecars : add(sidecars, own));
  }
  return max(add(total, sidecars), peak);
}

/** Adds two lists of quantities. */
export function add(a: Quantities, b: Quantities | undefined): Quantities {
  const sum: Record<string, string> = { ...a };
  for (const [name, quantity] of Object.entries(b ?? {})) {
    const present = sum[name];
    sum[name] = present === undefined ? quantity : parseQuantity(present).add(parseQuantity(quantity)).toString();
  }
  return sum;
}

function max(a: Quantities, b: Quantities): Quantities {
  const greatest: Record<string, string> = { ...a };
  for (const [name, quantity] of Object.entries(b)) {
    const present = greatest[name];
    if (present === undefined || parseQuantity(quantity).compare(parseQuantity(present)) > 0) greatest[name] = quantity;
  }
  return greatest;
}
