import type { KindBehaviour } from "../kind-behaviour.ts";
import {
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
} from "./admissionregistration/mutating-admission-policy.ts";
import {
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
} from "./admissionregistration/validating-admission-policy.ts";
import {
  mutatingWebhookConfiguration,
  validatingWebhookConfiguration,
} from "./admissionregistration/webhook-configuration.ts";
import { customResourceDefinition } from "./apiextensions/custom-resource-definition.ts";
import { apiService } from "./apiregistration/api-service.ts";
import { storageVersion } from "./apiserverinternal/storage-version.ts";
import { controllerRevision } from "./apps/controller-revision.ts";
import { daemonSet } from "./apps/daemon-set.ts";
import { deployment } from "./apps/deployment.ts";
import { replicaSet } from "./apps/replica-set.ts";
import { statefulSet } from "./apps/stateful-set.ts";
import { horizontalPodAutoscaler, horizontalPodAutoscalerV1 } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { cronJob } from "./batch/cron-job.ts";
import { job } from "./batch/job.ts";
import { certificateSigningRequest } from "./certificates/certificate-signing-request.ts";
import { clusterTrustBundle } from "./certificates/cluster-trust-bundle.ts";
import { podCertificateRequest } from "./certificates/pod-certificate-request.ts";
import { lease } from "./coordination/lease.ts";
import { leaseCandidate } from "./coordination/lease-candidate.ts";
import { componentStatus } from "./core/component-status.ts";
import { configMap } from "./core/config-map.ts";
import { endpoints } from "./core/endpoints.ts";
import { event } from "./core/event.ts";
import { limitRange } from "./core/limit-range.ts";
import { namespace } from "./core/namespace.ts";
import { node } from "./core/node.ts";
import { persistentVolume } from "./core/persistent-volume.ts";
import { persistentVolumeClaim } from "./core/persistent-volume-claim.ts";
import { pod } from "./core/pod/index.ts";
import { podTemplate } from "./core/pod-template.ts";
import { replicationController } from "./core/replication-controller.ts";
import { resourceQuota } from "./core/resource-quota.ts";
import { secret } from "./core/secret.ts";
import { service } from "./core/service.ts";
import { serviceAccount } from "./core/service-account.ts";
import { endpointSlice } from "./discovery/endpoint-slice.ts";
import { eventsEvent } from "./events/event.ts";
import { flowSchema } from "./flowcontrol/flow-schema.ts";
import { priorityLevelConfiguration } from "./flowcontrol/priority-level-configuration.ts";
import { ingress } from "./networking/ingress.ts";
import { ingressClass } from "./networking/ingress-class.ts";
import { ipAddress } from "./networking/ip-address.ts";
import { networkPolicy } from "./networking/network-policy.ts";
import { serviceCidr } from "./networking/service-cidr.ts";
import { runtimeClass } from "./node/runtime-class.ts";
import { podDisruptionBudget } from "./policy/pod-disruption-budget.ts";
import { clusterRole, role } from "./rbac/role.ts";
import { clusterRoleBinding, roleBinding } from "./rbac/role-binding.ts";
import { deviceClass } from "./resource/device-class.ts";
import { deviceTaintRule } from "./resource/device-taint-rule.ts";
import { resourceClaim, resourceClaimTemplate } from "./resource/resource-claim.ts";
import { resourceSlice } from "./resource/resource-slice.ts";
import { podGroup, workload } from "./scheduling/pod-group.ts";
import { priorityClass } from "./scheduling/priority-class.ts";
import { csiDriver } from "./storage/csi-driver.ts";
import { csiNode } from "./storage/csi-node.ts";
import { csiStorageCapacity } from "./storage/csi-storage-capacity.ts";
import { storageClass } from "./storage/storage-class.ts";
import { volumeAttachment } from "./storage/volume-attachment.ts";
import { volumeAttributesClass } from "./storage/volume-attributes-class.ts";
import { storageVersionMigration } from "./storagemigration/storage-version-migration.ts";

const current: Readonly<Record<string, KindBehaviour>> = {
  "v1/ComponentStatus": componentStatus,
  "v1/ConfigMap": configMap,
  "v1/Endpoints": endpoints,
  "v1/Event": event,
  "v1/LimitRange": limitRange,
  "v1/Namespace": namespace,
  "v1/Node": node,
  "v1/PersistentVolume": persistentVolume,
  "v1/PersistentVolumeClaim": persistentVolumeClaim,
  "v1/Pod": pod,
  "v1/PodTemplate": podTemplate,
  "v1/ReplicationController": replicationController,
  "v1/ResourceQuota": resourceQuota,
  "v1/Secret": secret,
  "v1/Service": service,
  "v1/ServiceAccount": serviceAccount,
  "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy": mutatingAdmissionPolicy,
  "admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding": mutatingAdmissionPolicyBinding,
  "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration": mutatingWebhookConfiguration,
  "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy": validatingAdmissionPolicy,
  "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding": validatingAdmissionPolicyBinding,
  "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration": validatingWebhookConfiguration,
  "apiextensions.k8s.io/v1/CustomResourceDefinition": customResourceDefinition,
  "apiregistration.k8s.io/v1/APIService": apiService,
  "apps/v1/ControllerRevision": controllerRevision,
  "apps/v1/DaemonSet": daemonSet,
  "apps/v1/Deployment": deployment,
  "apps/v1/ReplicaSet": replicaSet,
  "apps/v1/StatefulSet": statefulSet,
  "autoscaling/v1/HorizontalPodAutoscaler": horizontalPodAutoscalerV1,
  "autoscaling/v2/HorizontalPodAutoscaler": horizontalPodAutoscaler,
  "batch/v1/CronJob": cronJob,
  "batch/v1/Job": job,
  "certificates.k8s.io/v1/CertificateSigningRequest": certificateSigningRequest,
  "coordination.k8s.io/v1/Lease": lease,
  "discovery.k8s.io/v1/EndpointSlice": endpointSlice,
  "events.k8s.io/v1/Event": eventsEvent,
  "flowcontrol.apiserver.k8s.io/v1/FlowSchema": flowSchema,
  "flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration": priorityLevelConfiguration,
  "networking.k8s.io/v1/Ingress": ingress,
  "networking.k8s.io/v1/IngressClass": ingressClass,
  "networking.k8s.io/v1/IPAddress": ipAddress,
  "networking.k8s.io/v1/NetworkPolicy": networkPolicy,
  "networking.k8s.io/v1/ServiceCIDR": serviceCidr,
  "node.k8s.io/v1/RuntimeClass": runtimeClass,
  "policy/v1/PodDisruptionBudget": podDisruptionBudget,
  "rbac.authorization.k8s.io/v1/ClusterRole": clusterRole,
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": clusterRoleBinding,
  "rbac.authorization.k8s.io/v1/Role": role,
  "rbac.authorization.k8s.io/v1/RoleBinding": roleBinding,
  "resource.k8s.io/v1/DeviceClass": deviceClass,
  "resource.k8s.io/v1/ResourceClaim": resourceClaim,
  "resource.k8s.io/v1/ResourceClaimTemplate": resourceClaimTemplate,
  "resource.k8s.io/v1/ResourceSlice": resourceSlice,
  "scheduling.k8s.io/v1/PriorityClass": priorityClass,
  "storage.k8s.io/v1/CSIDriver": csiDriver,
  "storage.k8s.io/v1/CSINode": csiNode,
  "storage.k8s.io/v1/CSIStorageCapacity": csiStorageCapacity,
  "storage.k8s.io/v1/StorageClass": storageClass,
  "storage.k8s.io/v1/VolumeAttachment": volumeAttachment,
  "storage.k8s.io/v1/VolumeAttributesClass": volumeAttributesClass,
};

/** Versions that are off by default; those that look like a newer one behave like it. */
const oldVersions: Readonly<Record<string, KindBehaviour>> = {
  "admissionregistration.k8s.io/v1alpha1/MutatingAdmissionPolicy": mutatingAdmissionPolicy,
  "admissionregistration.k8s.io/v1alpha1/MutatingAdmissionPolicyBinding": mutatingAdmissionPolicyBinding,
  "admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicy": mutatingAdmissionPolicy,
  "admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicyBinding": mutatingAdmissionPolicyBinding,
  "certificates.k8s.io/v1alpha1/ClusterTrustBundle": clusterTrustBundle,
  "certificates.k8s.io/v1beta1/ClusterTrustBundle": clusterTrustBundle,
  "certificates.k8s.io/v1beta1/PodCertificateRequest": podCertificateRequest,
  "coordination.k8s.io/v1alpha2/LeaseCandidate": leaseCandidate,
  "coordination.k8s.io/v1beta1/LeaseCandidate": leaseCandidate,
  "internal.apiserver.k8s.io/v1alpha1/StorageVersion": storageVersion,
  "networking.k8s.io/v1beta1/IPAddress": ipAddress,
  "networking.k8s.io/v1beta1/ServiceCIDR": serviceCidr,
  "resource.k8s.io/v1alpha3/DeviceTaintRule": deviceTaintRule,
  "resource.k8s.io/v1beta2/DeviceClass": deviceClass,
  "resource.k8s.io/v1beta2/DeviceTaintRule": deviceTaintRule,
  "resource.k8s.io/v1beta2/ResourceClaim": resourceClaim,
  "resource.k8s.io/v1beta2/ResourceClaimTemplate": resourceClaimTemplate,
  "resource.k8s.io/v1beta2/ResourceSlice": resourceSlice,
  "scheduling.k8s.io/v1alpha2/PodGroup": podGroup,
  "scheduling.k8s.io/v1alpha2/Workload": workload,
  "storage.k8s.io/v1beta1/VolumeAttributesClass": volumeAttributesClass,
  "storagemigration.k8s.io/v1beta1/StorageVersionMigration": storageVersionMigration,
};

/** The behaviour of built-in kinds, by `group/version/Kind` (`apps/v1/Deployment`, `v1/Pod`). */
export const kinds: Readonly<Record<string, KindBehaviour>> = { ...current, ...oldVersions };
