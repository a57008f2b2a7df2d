/**
 * What an API server adds to, and refuses of, the objects that it is about to store: the admission chain and the plugins
 * that Kubernetes enables by default, under upstream's names and in upstream's order.
 *
 * ```ts
 * import { type AdmissionPlugin, createDefaultTolerationSeconds, runMutation } from "@pinnace/admission";
 *
 * const plugins: readonly AdmissionPlugin[] = [
 *   createDefaultTolerationSeconds({ seconds: 60 }),
 *   { name: "Owner", mutate: async ({ object, user }) => void (object.metadata.labels = { owner: user.name }) },
 * ];
 * export const mutate = runMutation.bind(undefined, plugins);
 * ```
 *
 * A plugin is one small object; `createDefaultAdmissionPlugins` makes upstream's. They read through informers and ask the
 * server itself where a cache may lag, so an object written a moment ago counts. Policies in CEL (ValidatingAdmissionPolicy,
 * MutatingAdmissionPolicy) and webhooks are among them; webhooks are called by a `WebhookCaller`, over HTTPS by that of
 * `@pinnace/admission/node`. Their configurations count from the moment they are stored.
 *
 * @packageDocumentation
 */
export { type Admitted, runAdmission, runMutation, runValidation } from "./chain.ts";
export type { AdmissionComponents } from "./components.ts";
export * from "./contract.ts";
export {
  type AdmissionPluginFactory,
  createDefaultAdmissionPlugins,
  DEFAULT_ADMISSION_PLUGINS,
} from "./default-plugins.ts";
export { subresourceKind } from "./matching/invocation.ts";
export {
  createCertificateApproval,
  createCertificateSigning,
  createCertificateSubjectRestriction,
} from "./plugins/certificates/certificates.ts";
export { createDefaultIngressClass, createDefaultStorageClass, defaultStorageClass } from "./plugins/default-class.ts";
export { createDefaultTolerationSeconds } from "./plugins/default-toleration-seconds.ts";
export { createDeviceAdminAccess } from "./plugins/device-admin-access.ts";
export { createLimitRanger } from "./plugins/limit-ranger.ts";
export { createNamespaceLifecycle } from "./plugins/namespace-lifecycle.ts";
export { createNodeRestriction } from "./plugins/node-restriction/node-restriction.ts";
export { createPersistentVolumeClaimResize } from "./plugins/persistent-volume-claim-resize.ts";
export { createPodSecurity } from "./plugins/pod-security/pod-security.ts";
export { createPodTopologyLabels } from "./plugins/pod-topology-labels.ts";
export { createPriority } from "./plugins/priority.ts";
export { createRbacEscalation } from "./plugins/rbac-escalation.ts";
export { createResourceQuota } from "./plugins/resource-quota.ts";
export { createRuntimeClass } from "./plugins/runtime-class.ts";
export { createServiceAccountPlugin } from "./plugins/service-account.ts";
export { createStorageObjectInUseProtection } from "./plugins/storage-object-in-use-protection.ts";
export { createTaintNodesByCondition } from "./plugins/taint-nodes-by-condition.ts";
export { createMutatingAdmissionPolicy } from "./policies/mutating-admission-policy.ts";
export { createValidatingAdmissionPolicy } from "./policies/validating-admission-policy.ts";
export type { Quantities } from "./quota/quantities.ts";
export { isInScope } from "./quota/scopes.ts";
export { type CountedResource, usageOf } from "./quota/usage.ts";
export type { ObjectTable, ServerView } from "./server-view.ts";
export { WEBHOOK_CALLER, type WebhookAnswer, type WebhookCall, type WebhookCaller } from "./webhooks/caller.ts";
export { createMutatingAdmissionWebhook } from "./webhooks/mutating-admission-webhook.ts";
export { type ServiceReference, serviceEndpoint } from "./webhooks/service-endpoint.ts";
export { createValidatingAdmissionWebhook } from "./webhooks/validating-admission-webhook.ts";
export {
  type ClientConfig,
  createWebhookClient,
  WebhookCallError,
  type WebhookClient,
} from "./webhooks/webhook-client.ts";
