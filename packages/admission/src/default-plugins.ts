import type { AdmissionComponents } from "./components.ts";
import type { AdmissionPlugin } from "./contract.ts";
import {
  createCertificateApproval,
  createCertificateSigning,
  createCertificateSubjectRestriction,
} from "./plugins/certificates/certificates.ts";
import { createDefaultIngressClass, createDefaultStorageClass } from "./plugins/default-class.ts";
import { createDefaultTolerationSeconds } from "./plugins/default-toleration-seconds.ts";
import { createDeviceAdminAccess } from "./plugins/device-admin-access.ts";
import { createLimitRanger } from "./plugins/limit-ranger.ts";
import { createNamespaceLifecycle } from "./plugins/namespace-lifecycle.ts";
import { createNodeRestriction } from "./plugins/node-restriction/node-restriction.ts";
import { createPersistentVolumeClaimResize } from "./plugins/persistent-volume-claim-resize.ts";
import { createPodGroupWorkloadExists } from "./plugins/pod-group-workload-exists.ts";
import { createPodSecurity } from "./plugins/pod-security/pod-security.ts";
import { createPodTopologyLabels } from "./plugins/pod-topology-labels.ts";
import { createPriority } from "./plugins/priority.ts";
import { createRbacEscalation } from "./plugins/rbac-escalation.ts";
import { createResourceQuota } from "./plugins/resource-quota.ts";
import { createRuntimeClass } from "./plugins/runtime-class.ts";
import { createServiceAccountPlugin } from "./plugins/service-account.ts";
import { createStorageObjectInUseProtection } from "./plugins/storage-object-in-use-protection.ts";
import { createTaintNodesByCondition } from "./plugins/taint-nodes-by-condition.ts";
import { createMutatingAdmissionPolicy } from "./policies/mutating-admission-policy.ts";
import { createValidatingAdmissionPolicy } from "./policies/validating-admission-policy.ts";
import { createMutatingAdmissionWebhook } from "./webhooks/mutating-admission-webhook.ts";
import { createValidatingAdmissionWebhook } from "./webhooks/validating-admission-webhook.ts";

/** Makes one plugin. */
export type AdmissionPluginFactory = (components: AdmissionComponents) => AdmissionPlugin;

/** Makers of the plugins that upstream enables by default, in upstream's order, and of what its registries check. */
export const DEFAULT_ADMISSION_PLUGINS: readonly AdmissionPluginFactory[] = [
  createNamespaceLifecycle,
  createLimitRanger,
  createServiceAccountPlugin,
  createNodeRestriction,
  createTaintNodesByCondition,
  createPodSecurity,
  createPriority,
  () => createDefaultTolerationSeconds(),
  createDefaultStorageClass,
  createStorageObjectInUseProtection,
  createPersistentVolumeClaimResize,
  createRuntimeClass,
  createCertificateApproval,
  createCertificateSigning,
  createCertificateSubjectRestriction,
  createDefaultIngressClass,
  createPodTopologyLabels,
  createPodGroupWorkloadExists,
  createDeviceAdminAccess,
  createMutatingAdmissionPolicy,
  createMutatingAdmissionWebhook,
  createRbacEscalation,
  createValidatingAdmissionPolicy,
  createValidatingAdmissionWebhook,
  createResourceQuota,
];

/** The plugins that upstream enables by default. */
export function createDefaultAdmissionPlugins(components: AdmissionComponents): readonly AdmissionPlugin[] {
  return DEFAULT_ADMISSION_PLUGINS.map((create) => create(components));
}
