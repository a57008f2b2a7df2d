import type { Draft, KubernetesObject } from "@pinnace/apimachinery";
import type { DefinitionRegistry } from "../definition-registry.ts";

/** Who keeps an APIService: `onstart` for built-in versions, `true` for those of CustomResourceDefinitions. */
export const AUTO_MANAGED_LABEL = "kube-aggregator.kubernetes.io/automanaged";

/** Upstream's order of groups and of the versions in a group; versions that are not listed have no APIService. */
const PRIORITIES: Readonly<Record<string, readonly [group: number, version: number]>> = {
  "/v1": [18_000, 1],
  "apps/v1": [17_800, 15],
  "events.k8s.io/v1": [17_750, 15],
  "authentication.k8s.io/v1": [17_700, 15],
  "authorization.k8s.io/v1": [17_600, 15],
  "autoscaling/v1": [17_500, 15],
  "autoscaling/v2": [17_500, 30],
  "batch/v1": [17_400, 15],
  "certificates.k8s.io/v1": [17_300, 15],
  "networking.k8s.io/v1": [17_200, 15],
  "policy/v1": [17_100, 15],
  "rbac.authorization.k8s.io/v1": [17_000, 15],
  "storage.k8s.io/v1": [16_800, 15],
  "apiextensions.k8s.io/v1": [16_700, 15],
  "admissionregistration.k8s.io/v1": [16_700, 15],
  "scheduling.k8s.io/v1": [16_600, 15],
  "coordination.k8s.io/v1": [16_500, 15],
  "node.k8s.io/v1": [16_300, 15],
  "discovery.k8s.io/v1": [16_200, 15],
  "flowcontrol.apiserver.k8s.io/v1": [16_100, 21],
  "resource.k8s.io/v1": [15_900, 20],
};

/** What kube-aggregator gives to the versions of custom groups. */
const CUSTOM_PRIORITY = [1000, 100] as const;

/** The APIServices of the built-in group versions that are served. */
export function localApiServices(registry: DefinitionRegistry): readonly KubernetesObject[] {
  return registry.groups().flatMap(({ group, versions }) =>
    versions.flatMap((version) => {
      const priority = PRIORITIES[`${group}/${version}`];
      return priority === undefined ? [] : [apiService(group, version, priority, "onstart")];
    }),
  );
}

/** The APIService of one version of a custom group. */
export function customApiService(group: string, version: string): KubernetesObject {
  return apiService(group, version, CUSTOM_PRIORITY, "true");
}

function apiService(
  group: string,
  version: string,
  [groupPriorityMinimum, versionPriority]: readonly [group: number, version: number],
  managed: string,
): KubernetesObject {
  const object: Draft = {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `${version}.${group}`, labels: { [AUTO_MANAGED_LABEL]: managed } },
    spec: { ...(group === "" ? {} : { group }), version, groupPriorityMinimum, versionPriority },
  };
  return object;
}
