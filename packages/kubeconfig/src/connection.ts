import { readFile } from "node:fs/promises";
import { messageOf } from "@pinnace/errors";
import { KubeconfigError } from "./kubeconfig-error.ts";
import type { Kubeconfig, KubeconfigUser } from "./types.ts";

/** How to reach a cluster, and as whom: files read, base64 decoded. Certificates and keys are PEM. */
export interface ClusterConnection {
  readonly server: string;
  readonly ca?: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly token?: string;
  /** `default` unless the context names another. */
  readonly namespace: string;
  /** The user's entry, for credentials that a program has to get (exec plugins). */
  readonly user: KubeconfigUser;
}

/**
 * What a context (the current one by default) stands for. Data in the file wins over paths, as in client-go. Throws
 * `KUBECONFIG_CONTEXT_NOT_FOUND` and `KUBECONFIG_READ_FAILED`.
 */
export async function connectionOf(config: Kubeconfig, contextName?: string): Promise<ClusterConnection> {
  const name = contextName ?? config.currentContext;
  const context = config.contexts[name];
  if (context === undefined)
    throw new KubeconfigError(
      "KUBECONFIG_CONTEXT_NOT_FOUND",
      name === "" ? "no current context is set" : `context "${name}" does not exist`,
      { remedy: "list the contexts with: kubectl config get-contexts" },
    );
  const cluster = config.clusters[context.cluster ?? ""];
  const user = context.user ? config.users[context.user] : {};
  if (cluster === undefined) throw dangling(name, "cluster", context.cluster);
  if (user === undefined) throw dangling(name, "user", context.user);
  const [ca, clientCertificate, clientKey, token] = await Promise.all([
    pem(cluster["certificate-authority-data"], cluster["certificate-authority"]),
    pem(user["client-certificate-data"], user["client-certificate"]),
    pem(user["client-key-data"], user["client-key"]),
    user.tokenFile ? read(user.tokenFile) : user.token,
  ]);
  return {
    server: cluster.server ?? "http://localhost:8080",
    insecureSkipTlsVerify: cluster["insecure-skip-tls-verify"] ?? false,
    namespace: context.namespace || "default",
    user,
    ...(ca && { ca }),
    ...(cluster["tls-server-name"] && { tlsServerName: cluster["tls-server-name"] }),
    ...(cluster["proxy-url"] && { proxyUrl: cluster["proxy-url"] }),
    ...(clientCertificate && { clientCertificate }),
    ...(clientKey && { clientKey }),
    ...(token && { token: token.trim() }),
  };
}

function dangling(context: string, what: string, name: string | undefined): KubeconfigError {
  return new KubeconfigError(
    "KUBECONFIG_CONTEXT_NOT_FOUND",
    `context "${context}" names the ${what} "${name ?? ""}", which does not exist`,
  );
}

async function pem(data: string | undefined, path: string | undefined): Promise<string | undefined> {
  if (data) return Buffer.from(data, "base64").toString();
  return path ? read(path) : undefined;
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new KubeconfigError("KUBECONFIG_READ_FAILED", `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}
