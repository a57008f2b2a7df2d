import type { ControllerFactory } from "@pinnace/controller-runtime";
import {
  type CertificateSigner,
  certificateApprovingController,
  certificateCleanerController,
  certificateSigningController,
} from "./certificates/index.ts";
import { clusterRoleAggregationController } from "./clusterroleaggregation/index.ts";
import { cronJobController } from "./cronjob/index.ts";
import { daemonSetController } from "./daemonset/index.ts";
import { deploymentController } from "./deployment/index.ts";
import { disruptionController } from "./disruption/index.ts";
import { endpointsController } from "./endpoints/index.ts";
import { endpointSliceController } from "./endpointslice/index.ts";
import { endpointSliceMirroringController } from "./endpointslicemirroring/index.ts";
import { ephemeralVolumeController } from "./ephemeralvolume/index.ts";
import { garbageCollector } from "./garbagecollector/index.ts";
import { jobController } from "./job/index.ts";
import { namespaceController } from "./namespace/index.ts";
import { type NodeIpamOptions, nodeIpamController } from "./nodeipam/index.ts";
import { nodeLifecycleController } from "./nodelifecycle/index.ts";
import { persistentVolumeBinder } from "./persistentvolume/index.ts";
import { horizontalPodAutoscalerController } from "./podautoscaler/index.ts";
import { podGarbageCollector } from "./podgc/index.ts";
import { pvcProtectionController, pvProtectionController } from "./pvcprotection/index.ts";
import { replicaSetController, replicationControllerController } from "./replicaset/index.ts";
import { resourceClaimController } from "./resourceclaim/index.ts";
import { resourceQuotaController } from "./resourcequota/index.ts";
import { rootCaPublisher } from "./serviceaccount/root-ca-publisher.ts";
import { serviceAccountController } from "./serviceaccount/service-account-controller.ts";
import { type TokensControllerOptions, tokensController } from "./serviceaccount/tokens-controller.ts";
import { statefulSetController } from "./statefulset/index.ts";
import { taintEvictionController } from "./tainteviction/index.ts";
import { ttlController } from "./ttl/index.ts";
import { ttlAfterFinishedController } from "./ttlafterfinished/index.ts";
import { vacProtectionController } from "./vacprotection/index.ts";
import { validatingAdmissionPolicyStatusController } from "./validatingadmissionpolicystatus/index.ts";

export interface BuiltInControllerOptions extends NodeIpamOptions, Pick<TokensControllerOptions, "issueToken"> {
  /** PEM of the CA that signs the API server's certificate; absent: `kube-root-ca.crt` is not published. */
  readonly rootCa?: string;
  /** The authority that CertificateSigningRequests are for; absent: they are neither approved nor signed. */
  readonly certificateSigner?: CertificateSigner;
}

/** The controllers of a kube-controller-manager. */
export function createBuiltInControllers(options: BuiltInControllerOptions = {}): readonly ControllerFactory[] {
  return [
    deploymentController,
    replicaSetController,
    replicationControllerController,
    statefulSetController,
    daemonSetController,
    jobController,
    cronJobController,
    ttlAfterFinishedController,
    horizontalPodAutoscalerController,
    disruptionController,
    clusterRoleAggregationController,
    garbageCollector,
    namespaceController,
    serviceAccountController,
    tokensController(options),
    ...(options.rootCa === undefined ? [] : [rootCaPublisher(options.rootCa)]),
    ...certificateControllers(options.certificateSigner),
    endpointSliceController,
    endpointSliceMirroringController,
    endpointsController,
    nodeLifecycleController,
    taintEvictionController,
    nodeIpamController(options),
    podGarbageCollector,
    persistentVolumeBinder,
    pvcProtectionController,
    pvProtectionController,
    vacProtectionController,
    ephemeralVolumeController,
    resourceClaimController,
    resourceQuotaController,
    ttlController,
    validatingAdmissionPolicyStatusController,
  ];
}

function certificateControllers(signer: CertificateSigner | undefined): readonly ControllerFactory[] {
  if (signer === undefined) return [certificateCleanerController];
  return [certificateApprovingController(signer), certificateSigningController(signer), certificateCleanerController];
}

/** {@link createBuiltInControllers} with their defaults. */
export const builtInControllers: readonly ControllerFactory[] = createBuiltInControllers();
