/**
 * What is off in a Kubernetes 1.36 as it comes, and can be switched on here.
 *
 * - `GenericWorkload` (alpha, KEP-4671): PodGroup and Workload of `scheduling.k8s.io/v1alpha2`, and
 *   `spec.schedulingGroup` of pods.
 */
export interface FeatureGates {
  readonly GenericWorkload?: boolean;
}
