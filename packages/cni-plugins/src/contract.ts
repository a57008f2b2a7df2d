/**
 * The CNI plugin contract (CNI spec 1.1.0) in TypeScript. A plugin is a set of functions over a typed context; the same
 * plugin runs in process inside the agent and as an executable (a thin shim that forwards to the agent), and real CNI
 * binaries run unchanged in the same chain.
 */

export const CNI_PLUGIN_TYPE = "pinnace.cni.v1";
/** Version of this contract, which a plugin's `apiRange` must include. */
export const CNI_API_VERSION = "1.0.0";
export const CNI_SPEC_VERSION = "1.1.0";

/** What a runtime asks for (CNI_* variables and the configuration on standard input). */
export interface CniRequest {
  readonly containerId: string;
  /** Path of the network namespace; undefined for a DEL whose namespace is gone already. */
  readonly netns: string | undefined;
  /** Interface name inside the container: `eth0`. */
  readonly ifname: string;
  /** CNI_ARGS: `K8S_POD_NAME`, `K8S_POD_NAMESPACE`, `K8S_POD_UID`, ... */
  readonly args: Readonly<Record<string, string>>;
  /** The plugin's own part of the list, with `name`, `cniVersion` and `runtimeConfig` merged in. */
  readonly config: CniConfig;
  /** The result of the plugin before in the chain (ADD, CHECK) or of the whole chain (DEL). */
  readonly previous: CniResult | undefined;
  readonly signal: AbortSignal;
}

export interface CniConfig {
  readonly cniVersion: string;
  readonly name: string;
  readonly type: string;
  readonly runtimeConfig?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface CniInterface {
  readonly name: string;
  readonly mac?: string;
  readonly mtu?: number;
  /** Path of the namespace it is in; absent or empty on the host. */
  readonly sandbox?: string;
}

export interface CniIp {
  /** Index into `interfaces`. */
  readonly interface?: number;
  /** CIDR: `10.244.0.5/32`. */
  readonly address: string;
  readonly gateway?: string;
}

/** The result of ADD (spec 1.1.0). */
export interface CniResult {
  readonly cniVersion: string;
  readonly interfaces: readonly CniInterface[];
  readonly ips: readonly CniIp[];
  readonly routes: readonly { readonly dst: string; readonly gw?: string; readonly mtu?: number }[];
  readonly dns: {
    readonly nameservers?: readonly string[];
    readonly domain?: string;
    readonly search?: readonly string[];
    readonly options?: readonly string[];
  };
}

/** Error codes of the spec, section 4; 100 and above are a plugin's own. */
export type CniErrorCode = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 11 | 50 | 51 | (number & {});

/**
 * A network plugin. Every function may be called concurrently for different containers, never for the same one. Failures
 * are thrown as `CniError`; anything else thrown is reported as code 999.
 */
export interface CniPlugin {
  /** Versions of the spec that it understands. */
  readonly versions: readonly string[];
  /** Attaches. Either leaves the container fully attached or throws; the caller then calls `del`. */
  add(request: CniRequest): Promise<CniResult>;
  /** Detaches and frees. Idempotent; must succeed when the namespace or the interface is gone. */
  del(request: CniRequest): Promise<void>;
  /** Throws when the attachment is not as `previous` says. */
  check(request: CniRequest): Promise<void>;
  /** Frees everything of `config.name` that does not belong to one of the attachments still valid. */
  gc(
    config: CniConfig,
    valid: readonly { readonly containerId: string; readonly ifname: string }[],
    signal: AbortSignal,
  ): Promise<void>;
  /** Throws (code 50 or 51) when the plugin cannot serve an ADD now. */
  status(config: CniConfig, signal: AbortSignal): Promise<void>;
}

/** What the host gives a CNI plugin when it is created. */
export interface CniComponents {
  /** Where the plugin may keep its state (leases); private to it, survives restarts. */
  readonly stateDirectory: string;
  /** Runs a program of the host without a shell; rejects with its standard error when it fails. */
  run(
    command: string,
    args: readonly string[],
    options?: { readonly stdin?: string; readonly signal?: AbortSignal },
  ): Promise<string>;
}

export class CniError extends Error {
  override name = "CniError";
  readonly code: CniErrorCode;
  readonly details: string | undefined;

  constructor(code: CniErrorCode, message: string, details?: string) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** True when `error` is a {@link CniError}, by shape, so that two copies of this package agree. */
export function isCniError(error: unknown): error is CniError {
  return error instanceof Error && error.name === "CniError" && typeof (error as { code?: unknown }).code === "number";
}
