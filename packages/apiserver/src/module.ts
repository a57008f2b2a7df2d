import { ADMISSION_PLUGINS, type AdmissionPlugin, WEBHOOK_CALLER, type WebhookCaller } from "@pinnace/admission";
import { createBuiltInDefinitions, type FeatureGates } from "@pinnace/api";
import type { ResourceDefinition } from "@pinnace/apimachinery";
import {
  AUTHENTICATOR,
  type Authenticator,
  TOKEN_ISSUER,
  TOKEN_REVIEWER,
  type TokenIssuer,
  type TokenReviewer,
} from "@pinnace/authentication";
import { CLOCK, type Clock } from "@pinnace/clock";
import { LOGGER, type Logger } from "@pinnace/logging";
import { METRICS, type MetricRegistries } from "@pinnace/metrics";
import { AUTHORIZER, type Authorizer } from "@pinnace/rbac";
import { STORE, type Store } from "@pinnace/store";
import { ContainerModule } from "inversify";
import { EXTENSION_TRANSPORT, type ExtensionTransport } from "./aggregation/extension-transport.ts";
import { API_HANDLER, API_SERVER, type ApiServer, createApiServer } from "./api-server.ts";
import { NODE_CONNECTOR, type NodeConnector } from "./node-connector.ts";
import type { ApiServerComponents, ApiServerOptions } from "./options.ts";
import { PROXY_TRANSPORT, type ProxyTransport } from "./subresources/proxy.ts";

/** What the module resolves, with what may be missing left out. */
type Resolved = {
  readonly [Name in keyof ApiServerComponents]?: ApiServerComponents[Name] | undefined;
};

const optional = (serviceIdentifier: symbol): { serviceIdentifier: symbol; optional: true } => ({
  serviceIdentifier,
  optional: true,
});

const builtIn = new Map<boolean, readonly ResourceDefinition[]>();

/** Immutable, so that all servers of the process share them. */
function builtInDefinitions(featureGates: FeatureGates = {}): readonly ResourceDefinition[] {
  const key = featureGates.GenericWorkload === true;
  const definitions = builtIn.get(key) ?? createBuiltInDefinitions({ featureGates });
  builtIn.set(key, definitions);
  return definitions;
}

/**
 * Binds `API_SERVER` and `API_HANDLER` with all built-in kinds. Needs `STORE` and `CLOCK`; takes `LOGGER`, `METRICS`,
 * `AUTHENTICATOR`, `AUTHORIZER`, `TOKEN_ISSUER`, `TOKEN_REVIEWER`, `NODE_CONNECTOR`, `PROXY_TRANSPORT`, `WEBHOOK_CALLER`,
 * `EXTENSION_TRANSPORT` and
 * `ADMISSION_PLUGINS` when they are bound.
 */
export function apiServerModule(options: ApiServerOptions = {}, random?: () => number): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<ApiServer>(API_SERVER)
      .toResolvedValue(
        (
          store: Store,
          clock: Clock,
          logger: Logger | undefined,
          metrics: MetricRegistries | undefined,
          authenticator: Authenticator | undefined,
          authorizer: Authorizer | undefined,
          tokenIssuer: TokenIssuer | undefined,
          tokenReviewer: TokenReviewer | undefined,
          nodes: NodeConnector | undefined,
          proxy: ProxyTransport | undefined,
          webhooks: WebhookCaller | undefined,
          extensions: ExtensionTransport | undefined,
          admission: AdmissionPlugin[] | undefined,
        ): ApiServer => {
          const resolved: Resolved = {
            ...{
              logger,
              authenticator,
              authorizer,
              tokenIssuer,
              tokenReviewer,
              nodes,
              proxy,
              webhooks,
              extensions,
              admission,
              random,
            },
            metrics: metrics?.component("apiserver"),
          };
          return createApiServer(
            { store, clock, definitions: builtInDefinitions(options.featureGates), ...present(resolved) },
            options,
          );
        },
        [
          STORE,
          CLOCK,
          optional(LOGGER),
          optional(METRICS),
          optional(AUTHENTICATOR),
          optional(AUTHORIZER),
          optional(TOKEN_ISSUER),
          optional(TOKEN_REVIEWER),
          optional(NODE_CONNECTOR),
          optional(PROXY_TRANSPORT),
          optional(WEBHOOK_CALLER),
          optional(EXTENSION_TRANSPORT),
          { isMultiple: true, serviceIdentifier: ADMISSION_PLUGINS, optional: true },
        ],
      )
      .inSingletonScope();
    bind(API_HANDLER).toResolvedValue((server: ApiServer) => server.handler, [API_SERVER]);
  });
}

function present(resolved: Resolved): Partial<ApiServerComponents> {
  return Object.fromEntries(Object.entries(resolved).filter(([, value]) => value !== undefined));
}
