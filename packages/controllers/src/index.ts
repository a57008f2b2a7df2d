/**
 * The controllers of a kube-controller-manager, one folder each, named as upstream names them.
 *
 * They come as factories for `@pinnace/controller-runtime`. A control plane takes all of them
 * ({@link createBuiltInControllers}) or only those that it needs:
 *
 * ```ts
 * import { deploymentController, replicaSetController } from "@pinnace/controllers";
 * import { type ControllerManagerComponents, createControllerManager } from "@pinnace/controller-runtime";
 *
 * export function runDeployments(components: Omit<ControllerManagerComponents, "factories">): () => Promise<void> {
 *   const manager = createControllerManager({ ...components, factories: [deploymentController, replicaSetController] });
 *   manager.start();
 *   return () => manager.stop();
 * }
 * ```
 *
 * @packageDocumentation
 */
export {
  type BuiltInControllerOptions,
  builtInControllers,
  createBuiltInControllers,
} from "./built-in-controllers.ts";
export {
  type CertificateSigner,
  certificateApprovingController,
  certificateCleanerController,
  certificateSigningController,
  type RequestedCertificate,
} from "./certificates/index.ts";
export { clusterRoleAggregationController } from "./clusterroleaggregation/index.ts";
export { cronJobController } from "./cronjob/index.ts";
export { daemonSetController } from "./daemonset/index.ts";
export { deploymentController } from "./deployment/index.ts";
export { disruptionController } from "./disruption/index.ts";
export { endpointsController } from "./endpoints/index.ts";
export { endpointSliceController } from "./endpointslice/index.ts";
export { endpointSliceMirroringController } from "./endpointslicemirroring/index.ts";
export { ephemeralVolumeController } from "./ephemeralvolume/index.ts";
export { garbageCollector } from "./garbagecollector/index.ts";
export { jobController } from "./job/index.ts";
export { namespaceController } from "./namespace/index.ts";
export { type NodeIpamOptions, nodeIpamController } from "./nodeipam/index.ts";
export { nodeLifecycleController } from "./nodelifecycle/index.ts";
export { persistentVolumeBinder } from "./persistentvolume/index.ts";
export { horizontalPodAutoscalerController, horizontalPodAutoscalerControllerWith } from "./podautoscaler/index.ts";
export { podGarbageCollector } from "./podgc/index.ts";
export { pvcProtectionController, pvProtectionController } from "./pvcprotection/index.ts";
export { replicaSetController, replicationControllerController } from "./replicaset/index.ts";
export { resourceClaimController } from "./resourceclaim/index.ts";
export { resourceQuotaController } from "./resourcequota/index.ts";
export { rootCaPublisher } from "./serviceaccount/root-ca-publisher.ts";
export { serviceAccountController } from "./serviceaccount/service-account-controller.ts";
export { type TokensControllerOptions, tokensController } from "./serviceaccount/tokens-controller.ts";
export { statefulSetController } from "./statefulset/index.ts";
export { taintEvictionController } from "./tainteviction/index.ts";
export { ttlController } from "./ttl/index.ts";
export { ttlAfterFinishedController } from "./ttlafterfinished/index.ts";
export { vacProtectionController } from "./vacprotection/index.ts";
