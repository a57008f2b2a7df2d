import type { schedulingV1alpha2 } from "@pinnace/api";
import type { ResourceType } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin } from "../contract.ts";
import { createObjectReader } from "../object-reader.ts";
import { refusal } from "../refusal.ts";
import { isRequest } from "../request-kind.ts";

const WORKLOADS: ResourceType<schedulingV1alpha2.Workload> = {
  group: "scheduling.k8s.io",
  version: "v1alpha2",
  resource: "workloads",
  kind: "Workload",
  namespaced: true,
};

/** `PodGroupWorkloadExists`: the Workload and the template that a new PodGroup names must be there. */
export function createPodGroupWorkloadExists(
  components: Pick<AdmissionComponents, "client" | "informers">,
): AdmissionPlugin {
  const workloads = createObjectReader(components, WORKLOADS);
  return {
    name: "PodGroupWorkloadExists",
    handles: (request) => isRequest(request, "podgroups.scheduling.k8s.io", "CREATE"),
    async validate(request) {
      const reference = request.object.spec?.podGroupTemplateRef?.workload;
      if (!reference) return;
      const { workloadName, podGroupTemplateName } = reference;
      const refuse = (why: string) => refusal(request, `PodGroup rejected: ${why}`);
      const named = `Workload ${JSON.stringify(workloadName)}`;
      const workload = await workloads.get(request.namespace, workloadName);
      if (workload === undefined) throw refuse(`${named} not found`);
      if (workload.metadata?.deletionTimestamp !== undefined) throw refuse(`${named} is being deleted`);
      if (workload.spec.podGroupTemplates.some(({ name }) => name === podGroupTemplateName)) return;
      throw refuse(`PodGroupTemplate ${JSON.stringify(podGroupTemplateName)} not found in ${named}`);
    },
  };
}
