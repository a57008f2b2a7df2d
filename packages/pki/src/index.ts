/**
 * The certificates and keys of a Kubernetes cluster: an authority, the API server's serving certificate, client
 * certificates for people, components and kubelets, the key that signs service account tokens, and signing requests.
 * Everything is ECDSA P-256 and PEM. With a `directory` they are kept in kubeadm's layout and renewed when they are due;
 * without one they live in memory.
 *
 * ```ts
 * import { createClusterPki } from "@pinnace/pki";
 *
 * const pki = await createClusterPki({ clock: { now: () => Date.now() }, serverNames: ["192.0.2.10"] });
 * const { client, serving } = await pki.kubelet("node-1", ["192.0.2.11"]);
 * process.stdout.write(pki.authority.certificate + client.certificate + serving.certificate);
 * ```
 *
 * Failures are `PkiError`s, see `PkiErrorCode`.
 *
 * @packageDocumentation
 */
export {
  CA_LIFETIME,
  CERTIFICATE_LIFETIME,
  type CertificateAndKey,
  type CertificateAuthority,
  type CertificateRequest,
  type CertificateSubject,
  createCertificateAuthority,
  loadCertificateAuthority,
} from "./certificate-authority.ts";
export { type ClusterPki, type ClusterPkiOptions, createClusterPki } from "./cluster-pki.ts";
export { publicKeyOf } from "./key.ts";
export { PkiError, type PkiErrorCode } from "./pki-error.ts";
export { covers, isIssuedBy, renewalDue, type Validity, validityOf } from "./renewal.ts";
export { createSigningRequest, parseSigningRequest, type SigningRequest } from "./signing-request.ts";
