import type { KubeconfigCluster, KubeconfigContext, KubeconfigUser } from "./types.ts";

/** A cluster, a user and the context that joins them, all under names of their own. */
export interface ClusterEntry {
  /** The name of the context; cluster and user have it, too, unless they are named. */
  readonly name: string;
  readonly clusterName?: string;
  readonly userName?: string;
  /** `https://127.0.0.1:6443`. */
  readonly server: string;
  /** The authority's certificate, PEM. */
  readonly ca?: string;
  readonly tlsServerName?: string;
  /** The client's certificate and key, PEM. */
  readonly client?: { readonly certificate: string; readonly key: string };
  readonly token?: string;
  readonly namespace?: string;
}

/** The three entries as they stand in a file. */
export function entriesOf(entry: ClusterEntry): {
  readonly cluster: { readonly name: string; readonly cluster: KubeconfigCluster };
  readonly user: { readonly name: string; readonly user: KubeconfigUser };
  readonly context: { readonly name: string; readonly context: KubeconfigContext };
} {
  const { name, clusterName = name, userName = name, server, ca, tlsServerName, client, token, namespace } = entry;
  return {
    cluster: {
      name: clusterName,
      cluster: {
        ...(ca && { "certificate-authority-data": base64(ca) }),
        server,
        ...(tlsServerName && { "tls-server-name": tlsServerName }),
      },
    },
    user: {
      name: userName,
      user: {
        ...(client && {
          "client-certificate-data": base64(client.certificate),
          "client-key-data": base64(client.key),
        }),
        ...(token && { token }),
      },
    },
    context: { name, context: { cluster: clusterName, ...(namespace && { namespace }), user: userName } },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
