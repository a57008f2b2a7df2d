/** A `kind: Config, apiVersion: v1` document (client-go `clientcmd/api/v1`), lists turned into maps by name. */
export interface Kubeconfig {
  readonly clusters: Readonly<Record<string, KubeconfigCluster>>;
  readonly users: Readonly<Record<string, KubeconfigUser>>;
  readonly contexts: Readonly<Record<string, KubeconfigContext>>;
  /** "" when none is chosen. */
  readonly currentContext: string;
}

/** Members keep their spelling in the file; unknown ones are kept. Paths are absolute once loaded. */
export interface KubeconfigCluster {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  /** base64 of PEM. */
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
  readonly "proxy-url"?: string;
  readonly "disable-compression"?: boolean;
  readonly extensions?: readonly NamedExtension[];
}

export interface KubeconfigUser {
  readonly "client-certificate"?: string;
  /** base64 of PEM. */
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  /** base64 of PEM. */
  readonly "client-key-data"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly "as-groups"?: readonly string[];
  readonly exec?: { readonly command?: string; readonly [member: string]: unknown };
  readonly "auth-provider"?: { readonly name: string; readonly config?: Readonly<Record<string, string>> };
}

export interface KubeconfigContext {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
  readonly extensions?: readonly NamedExtension[];
}

export interface NamedExtension {
  readonly name: string;
  readonly extension: unknown;
}
