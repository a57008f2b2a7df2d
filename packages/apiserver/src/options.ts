import type { AdmissionPlugin, WebhookCaller } from "@pinnace/admission";
import type { FeatureGates } from "@pinnace/api";
import type { KubernetesObject, ResourceDefinition } from "@pinnace/apimachinery";
import type { Authenticator, TokenIssuer, TokenReviewer } from "@pinnace/authentication";
import type { Clock } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { Authorizer } from "@pinnace/rbac";
import type { Store } from "@pinnace/store";
import type { ExtensionTransport } from "./aggregation/extension-transport.ts";
import type { NodeConnector } from "./node-connector.ts";
import type { ProxyTransport } from "./subresources/proxy.ts";

/** What an API server works with. Everything but the store, the clock and the definitions may be left out. */
export interface ApiServerComponents {
  readonly store: Store;
  readonly clock: Clock;
  /** The resources that are served from the start. */
  readonly definitions: readonly ResourceDefinition[];
  readonly logger?: Logger;
  readonly metrics?: MetricRegistry;
  /** Absent: every request without `user` is anonymous. */
  readonly authenticator?: Authenticator;
  /** Absent: everything is allowed. */
  readonly authorizer?: Authorizer;
  /** In order. More can be added once the server runs: {@link ApiServer.useAdmission}. */
  readonly admission?: readonly AdmissionPlugin[];
  readonly tokenIssuer?: TokenIssuer;
  readonly tokenReviewer?: TokenReviewer;
  /** How kubelets are reached; absent: logs and exec answer 503. */
  readonly nodes?: NodeConnector;
  /** How pods are reached for `pods/proxy` and `services/proxy`; absent: they answer 503. */
  readonly proxy?: ProxyTransport;
  /** How aggregated API servers are reached; absent: none is available. */
  readonly extensions?: ExtensionTransport;
  /** How conversion webhooks are reached; absent: calling one fails. */
  readonly webhooks?: WebhookCaller;
  /** Uniform numbers in [0, 1), for generated names and allocated addresses. */
  readonly random?: () => number;
  /** Makes object uids and audit ids: RFC 4122 version 4. */
  readonly uuid?: () => string;
}

/** Where Services get their addresses from unless an option says otherwise. */
export const SERVICE_CIDR = "10.96.0.0/16";

export interface ApiServerOptions {
  /** From which Services get their cluster IPs; default `10.96.0.0/16`. The first address is the `kubernetes` Service's. */
  readonly serviceCidr?: string;
  /** Node ports, first and last; default 30000 to 32767. */
  readonly nodePorts?: { readonly first: number; readonly last: number };
  /** Where clients in the cluster reach this server; makes the `kubernetes` Service and its endpoints. */
  readonly address?: { readonly ip: string; readonly port: number };
  /** Other API servers use the same store: Service `kubernetes` leads to all of them. Default false. */
  readonly sharedStore?: boolean;
  /** Objects to create at start when they are missing: default roles, priority classes and the like. */
  readonly bootstrapObjects?: readonly KubernetesObject[];
  /** Features of the API that are off by default. */
  readonly featureGates?: FeatureGates;
  /** Milliseconds that Events are kept; default one hour. */
  readonly eventTtl?: number;
  /** Changes kept for each resource, for watches that start in the past; default 10,000. */
  readonly watchHistory?: number;
  /** `gitVersion` of `/version`; default `v1.36.3+pinnace.0`. */
  readonly gitVersion?: string;
  /** PEM of the CA that signs client certificates, for ConfigMap `extension-apiserver-authentication`. */
  readonly clientCa?: string;
  /**
   * PEM of the CA that signs the front proxy's client certificates, with which this server calls aggregated ones on behalf
   * of users, for the same ConfigMap.
   */
  readonly frontProxyCa?: string;
}
