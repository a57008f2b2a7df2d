/** An HTTP extender (kubescheduler.config.k8s.io/v1 Extender), defaults filled in. */
export interface ExtenderConfig {
  /** `http://10.0.0.1:8000/scheduler`. */
  readonly urlPrefix: string;
  /** Appended to the prefix; "" when it does not take part in the point. */
  readonly filterVerb: string;
  readonly preemptVerb: string;
  readonly prioritizeVerb: string;
  readonly bindVerb: string;
  /** Of its scores. */
  readonly weight: number;
  /** Speaks TLS; without a CA the server's certificate is not verified, as upstream has it. */
  readonly enableHTTPS: boolean;
  readonly tlsConfig?: ExtenderTls;
  /** Milliseconds; default 5,000. */
  readonly httpTimeout: number;
  /** It knows the nodes and is sent names alone. */
  readonly nodeCacheCapable: boolean;
  /** It is asked only about pods that request one of these. */
  readonly managedResources: readonly { readonly name: string; readonly ignoredByScheduler: boolean }[];
  readonly ignorable: boolean;
}

/** Files are read by who builds the transport; `*Data` is base64 and wins over the file. */
export interface ExtenderTls {
  readonly insecure?: boolean;
  readonly serverName?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly caFile?: string;
  readonly certData?: string;
  readonly keyData?: string;
  readonly caData?: string;
}
