import type { RequestedCertificate } from "./certificate-signer.ts";

/** The signer of kubelets' client certificates, whose requests may be approved without a person. */
export const KUBELET_CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client-kubelet";

/** What one of the built-in signers demands of a request; the text says why it refuses, undefined that it signs. */
type SignerRule = (request: RequestedCertificate, usages: readonly string[]) => string | undefined;

/** The built-in signers by name; `kubernetes.io/legacy-unknown` is not reachable through certificates.k8s.io/v1. */
export const SIGNER_RULES: ReadonlyMap<string, SignerRule> = new Map<string, SignerRule>([
  ["kubernetes.io/kube-apiserver-client", (_request, usages) => clientUsageProblem(usages)],
  [KUBELET_CLIENT_SIGNER, kubeletClientProblem],
  ["kubernetes.io/kubelet-serving", kubeletServingProblem],
]);

const CLIENT_USAGES = ["client auth", "digital signature", "key encipherment"];

function clientUsageProblem(usages: readonly string[]): string | undefined {
  const odd = usages.find((usage) => !CLIENT_USAGES.includes(usage));
  if (odd !== undefined) return `invalid usage for client certificate: ${odd}`;
  return usages.includes("client auth") ? undefined : "missing required usage for client certificate: client auth";
}

function kubeletClientProblem(request: RequestedCertificate, usages: readonly string[]): string | undefined {
  if (!isOfSystemNodes(request)) return "subject organization is not system:nodes";
  if (request.dnsNames.length > 0) return "DNS subjectAltNames are not allowed";
  if (request.emailAddresses.length > 0) return "Email subjectAltNames are not allowed";
  if (request.ipAddresses.length > 0) return "IP subjectAltNames are not allowed";
  if (request.uris.length > 0) return "URI subjectAltNames are not allowed";
  return usageProblem(usages, "client auth") ?? commonNameProblem(request);
}

function kubeletServingProblem(request: RequestedCertificate, usages: readonly string[]): string | undefined {
  if (!isOfSystemNodes(request)) return "subject organization is not system:nodes";
  if (request.dnsNames.length + request.ipAddresses.length === 0) return "DNS or IP subjectAltName is required";
  if (request.emailAddresses.length > 0) return "Email subjectAltNames are not allowed";
  if (request.uris.length > 0) return "URI subjectAltNames are not allowed";
  return usageProblem(usages, "server auth") ?? commonNameProblem(request);
}

function isOfSystemNodes({ organizations }: RequestedCertificate): boolean {
  return organizations.length === 1 && organizations[0] === "system:nodes";
}

/** Exactly digital signature and `kind`, with or without key encipherment (which only RSA keys need). */
function usageProblem(usages: readonly string[], kind: "client auth" | "server auth"): string | undefined {
  const required = ["digital signature", "key encipherment", kind].sort();
  const present = new Set(usages);
  const exact = [...present].every((usage) => required.includes(usage)) && present.has("digital signature");
  return exact && present.has(kind) ? undefined : `usages did not match [${required.join(" ")}]`;
}

function commonNameProblem({ commonName }: RequestedCertificate): string | undefined {
  return commonName.startsWith("system:node:") ? undefined : "subject common name does not begin with system:node:";
}
