import type { Transport } from "../transport.ts";
import { createHttpTransport, type HttpTransportOptions } from "./http-transport.ts";

/** What is needed of a kubeconfig context; `connectionOf` of `@pinnace/kubeconfig` gives it. PEM texts. */
export interface KubeconfigConnection {
  readonly server: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly ca?: string;
  readonly tlsServerName?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly token?: string;
}

/** How to reach the cluster of a kubeconfig context (`connectionOf` of `@pinnace/kubeconfig`), as transport options. */
export function httpTransportOptions(connection: KubeconfigConnection): HttpTransportOptions {
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
export function createKubeconfigTransport(connection: KubeconfigConnection): Transport {
  return createHttpTransport(httpTransportOptions(connection));
}
