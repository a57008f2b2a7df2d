import type { ClusterConnection } from "@pinnace/kubeconfig";
import type { Transport } from "../transport.ts";
import { createHttpTransport, type HttpTransportOptions } from "./http-transport.ts";

/** How to reach the cluster of a kubeconfig context (`connectionOf` of `@pinnace/kubeconfig`), as transport options. */
export function httpTransportOptions(connection: ClusterConnection): HttpTransportOptions {
  const { server, ca, insecureSkipTlsVerify, tlsServerName, clientCertificate, clientKey, token } = connection;
  return {
    server,
    insecureSkipVerify: insecureSkipTlsVerify,
    ...(ca === undefined ? {} : { certificateAuthority: ca }),
    ...(tlsServerName === undefined ? {} : { serverName: tlsServerName }),
    ...(clientCertificate === undefined || clientKey === undefined
      ? {}
      : { clientCertificate: { certificate: clientCertificate, key: clientKey } }),
    ...(token === undefined ? {} : { token }),
  };
}

/** A transport to the cluster of a kubeconfig context, with the context's credentials. */
export function createKubeconfigTransport(connection: ClusterConnection): Transport {
  return createHttpTransport(httpTransportOptions(connection));
}
