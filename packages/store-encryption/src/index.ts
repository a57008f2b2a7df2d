/**
 * Encryption at rest for any `Store`: Kubernetes' `EncryptionConfiguration` (`apiserver.config.k8s.io/v1`) with the
 * providers `aesgcm`, `aescbc`, `secretbox` and `identity`, and stored values that kube-apiserver would read.
 *
 * ```ts
 * import { createRealClock } from "@pinnace/clock";
 * import { createMemoryStore } from "@pinnace/store";
 * import { createEncryptedStore, parseEncryptionConfiguration, resourceTransformers } from "@pinnace/store-encryption";
 *
 * const secret = Buffer.alloc(32, 7).toString("base64"); // head -c 32 /dev/urandom | base64
 * const configuration = parseEncryptionConfiguration({
 *   kind: "EncryptionConfiguration",
 *   apiVersion: "apiserver.config.k8s.io/v1",
 *   resources: [{ resources: ["secrets"], providers: [{ aesgcm: { keys: [{ name: "2026", secret }] } }, { identity: {} }] }],
 * });
 * const transformerOf = resourceTransformers(configuration);
 * const store = createEncryptedStore(createMemoryStore({ clock: createRealClock() }), {
 *   transformerOf: (key) => transformerOf({ group: "", resource: key.split("/")[2] ?? "" }),
 * });
 * ```
 *
 * The first provider's first key writes, all of them read: to rotate, put the new key second and restart, then first and
 * restart, write everything anew (`kubectl get secrets -A -o json | kubectl replace -f -` after a change of each), and
 * then take the old key away. AES-GCM binds a value to its key in the store, so one cannot be moved to another place.
 *
 * @packageDocumentation
 */
export { createEncryptedStore, type EncryptedStoreOptions } from "./encrypted-store.ts";
export {
  EncryptionError,
  type EncryptionErrorCode,
  type ProviderConfiguration,
  type ProviderKey,
  parseEncryptionConfiguration,
  type ResourceConfiguration,
} from "./encryption-configuration.ts";
export { type GroupResource, resourceTransformers } from "./resource-transformers.ts";
export { type Transformer, transformerOf } from "./transformer.ts";
