import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "@pinnace/clock";
import {
  type CertificateAndKey,
  type CertificateAuthority,
  type CertificateRequest,
  createCertificateAuthority,
  loadCertificateAuthority,
} from "./certificate-authority.ts";
import { readIfPresent, writeAtomically } from "./files.ts";
import { generateKey, generateRsaKey, publicKeyOf } from "./key.ts";
import { PkiError } from "./pki-error.ts";
import { covers, isIssuedBy, renewalDue } from "./renewal.ts";

export interface ClusterPkiOptions {
  readonly clock: Pick<Clock, "now">;
  /**
   * Where certificates and keys are kept, in kubeadm's layout (`ca.crt`, `apiserver.key`, `sa.key`, ...): files with
   * mode 0600, the directory with 0700. Absent: in memory only.
   */
  readonly directory?: string;
  /** More DNS names and IP addresses of the API server, besides localhost, `kubernetes.default` and the service address. */
  readonly serverNames?: readonly string[];
  /** `cluster.local` by default. */
  readonly clusterDomain?: string;
  /**
   * How service account tokens are signed: `ES256` (the default, made at once) or `RS256` (what kubeadm makes, and the
   * only one that some consumers of tokens accept; takes a tenth of a second). A key that is there is kept.
   */
  readonly tokenAlgorithm?: "ES256" | "RS256";
  /** The address of the `kubernetes` Service, `10.96.0.1` by default. */
  readonly serviceAddress?: string;
}

/** All certificates and keys of a cluster, PEM. */
export interface ClusterPki {
  /** The cluster's authority; its `certificate` goes into kubeconfigs and `kube-root-ca.crt`. */
  readonly authority: CertificateAuthority;
  /** What the API server serves with. */
  readonly apiServer: CertificateAndKey;
  /** As whom the API server calls kubelets: `kube-apiserver-kubelet-client`. */
  readonly apiServerKubeletClient: CertificateAndKey;
  /** `kubernetes-admin` in `system:masters`. */
  readonly admin: CertificateAndKey;
  /** The authority of aggregated API servers' callers. */
  readonly frontProxyAuthority: CertificateAuthority;
  /** As whom the API server calls aggregated API servers: `front-proxy-client`. */
  readonly frontProxyClient: CertificateAndKey;
  /** Signs service account tokens: a private key (`PRIVATE KEY`) and its public half (`PUBLIC KEY`). */
  readonly serviceAccountKey: { readonly privateKey: string; readonly publicKey: string };
  /** A client certificate of the cluster, kept as `<file>.crt` and `<file>.key`; made, or renewed when it is due. */
  client(
    file: string,
    subject: { readonly commonName: string; readonly organizations?: readonly string[] },
  ): Promise<CertificateAndKey>;
  /** `system:node:<name>` in `system:nodes`: the kubelet's client certificate, and what it serves with on `addresses`. */
  kubelet(
    nodeName: string,
    addresses?: readonly string[],
  ): Promise<{ readonly client: CertificateAndKey; readonly serving: CertificateAndKey }>;
}

/**
 * Makes all certificates of a cluster, or loads those of `directory`. What is due for renewal, was signed by another
 * authority or lacks a server name is issued again; authorities and the service account key are never replaced.
 * Throws `PkiError`.
 */
export async function createClusterPki(options: ClusterPkiOptions): Promise<ClusterPki> {
  const { clock, directory } = options;
  const [authority, frontProxyAuthority, serviceAccountKey] = await Promise.all([
    keepAuthority(clock, directory, "ca", "kubernetes"),
    keepAuthority(clock, directory, "front-proxy-ca", "front-proxy-ca"),
    keepServiceAccountKey(directory, options.tokenAlgorithm),
  ]);
  const keep = (file: string, request: CertificateRequest, by = authority): Promise<CertificateAndKey> =>
    keepCertificate(clock, directory, file, request, by);
  const [apiServer, apiServerKubeletClient, admin, frontProxyClient] = await Promise.all([
    keep("apiserver", apiServerRequest(options)),
    keep("apiserver-kubelet-client", client("kube-apiserver-kubelet-client", ["system:masters"])),
    keep("admin", client("kubernetes-admin", ["system:masters"])),
    keep("front-proxy-client", client("front-proxy-client"), frontProxyAuthority),
  ]);
  return Object.freeze({
    authority,
    apiServer,
    apiServerKubeletClient,
    admin,
    frontProxyAuthority,
    frontProxyClient,
    serviceAccountKey,
    client: (file: string, subject: { commonName: string; organizations?: readonly string[] }) =>
      keep(file, client(subject.commonName, subject.organizations)),
    kubelet: async (nodeName: string, addresses: readonly string[] = []) => {
      const commonName = `system:node:${nodeName}`;
      const organizations = ["system:nodes"];
      const [clientPair, serving] = await Promise.all([
        keep(join("nodes", `${nodeName}-client`), client(commonName, organizations)),
        keep(join("nodes", `${nodeName}-serving`), {
          commonName,
          organizations,
          subjectAltNames: [nodeName, ...addresses],
          usages: ["server"],
        }),
      ]);
      return { client: clientPair, serving };
    },
  });
}

function client(commonName: string, organizations: readonly string[] = []): CertificateRequest {
  return { commonName, organizations, usages: ["client"] };
}

function apiServerRequest(options: ClusterPkiOptions): CertificateRequest {
  const domain = options.clusterDomain ?? "cluster.local";
  const names = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    `kubernetes.default.svc.${domain}`,
    "localhost",
    options.serviceAddress ?? "10.96.0.1",
    "127.0.0.1",
    "::1",
    ...(options.serverNames ?? []),
  ];
  return { commonName: "kube-apiserver", subjectAltNames: [...new Set(names)], usages: ["server"] };
}

type Directory = string | undefined;

async function keepAuthority(
  clock: Pick<Clock, "now">,
  directory: Directory,
  file: string,
  commonName: string,
): Promise<CertificateAuthority> {
  const pair = await readPair(directory, file);
  if (pair !== undefined) return loadCertificateAuthority(pair, { clock });
  const authority = await createCertificateAuthority({ clock, commonName });
  await writePair(directory, file, authority);
  return authority;
}

async function keepCertificate(
  clock: Pick<Clock, "now">,
  directory: Directory,
  file: string,
  request: CertificateRequest,
  authority: CertificateAuthority,
): Promise<CertificateAndKey> {
  const pair = await readPair(directory, file);
  if (pair !== undefined && isGood(pair, request, authority, clock.now())) return pair;
  const issued = await authority.issue(request);
  await writePair(directory, file, issued);
  return issued;
}

function isGood(
  pair: CertificateAndKey,
  request: CertificateRequest,
  authority: CertificateAuthority,
  now: number,
): boolean {
  return (
    new X509Certificate(pair.certificate).checkPrivateKey(createPrivateKey(pair.key)) &&
    isIssuedBy(pair.certificate, authority.certificate) &&
    !renewalDue(pair.certificate, now) &&
    covers(pair.certificate, request.subjectAltNames ?? [])
  );
}

async function keepServiceAccountKey(
  directory: Directory,
  algorithm: "ES256" | "RS256" = "ES256",
): Promise<{ privateKey: string; publicKey: string }> {
  const path = directory && join(directory, "sa.key");
  const kept = path && (await readIfPresent(path));
  const privateKey = kept || (algorithm === "RS256" ? await generateRsaKey() : (await generateKey()).pem);
  const publicKey = publicKeyOf(privateKey);
  if (path && !kept) {
    await writeAtomically(path, privateKey);
    await writeAtomically(path.replace(/key$/, "pub"), publicKey);
  }
  return { privateKey, publicKey };
}

async function readPair(directory: Directory, file: string): Promise<CertificateAndKey | undefined> {
  if (directory === undefined) return undefined;
  const path = join(directory, file);
  const [certificate, key] = await Promise.all([readIfPresent(`${path}.crt`), readIfPresent(`${path}.key`)]);
  if (certificate === undefined) return undefined;
  if (key !== undefined) return { certificate, key };
  throw new PkiError("PKI_KEY_MISSING", `${path}.crt is there but ${path}.key is not`, {
    remedy: `restore ${path}.key, or remove ${path}.crt to have both made anew`,
  });
}

/** The key goes first: a certificate on disk always has its key beside it. */
async function writePair(directory: Directory, file: string, pair: CertificateAndKey): Promise<void> {
  if (directory === undefined) return;
  const path = join(directory, file);
  await writeAtomically(`${path}.key`, pair.key);
  await writeAtomically(`${path}.crt`, pair.certificate);
}
