import { NODES } from "@pinnace/api";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin } from "../contract.ts";
import { createObjectReader } from "../object-reader.ts";
import { isRequest } from "../request-kind.ts";

const LABELS = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/** `PodTopologyLabels`: a binding carries its node's zone and region, which then label the pod (KEP-4742). */
export function createPodTopologyLabels(
  components: Pick<AdmissionComponents, "client" | "informers">,
): AdmissionPlugin {
  const nodes = createObjectReader(components, NODES);
  return {
    name: "PodTopologyLabels",
    handles: (request) => isRequest(request, "pods/binding", "CREATE"),
    async mutate({ object: binding }) {
      if (binding.target?.kind && binding.target.kind !== "Node") return;
      const labels = (await nodes.get("", binding.target?.name ?? ""))?.metadata?.labels ?? {};
      const copied = LABELS.filter((label) => labels[label] !== undefined).map((label) => [label, labels[label]]);
      if (copied.length > 0)
        binding.metadata = {
          ...binding.metadata,
          labels: { ...binding.metadata?.labels, ...Object.fromEntries(copied) },
        };
    },
  };
}
