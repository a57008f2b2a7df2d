import { ADMISSION_PLUGINS, type AdmissionPlugin } from "@pinnace/admission";
import { createBuiltInDefinitions } from "@pinnace/api";
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
import { API_HANDLER, API_SERVER, type ApiServer, createApiServer } from "./api-server.ts";
import { NODE_CONNECTOR, type NodeConnector } from "./node-connector.ts";
import type { ApiServerComponents, ApiServerOptions } from "./options.ts";

/** What the module resolves, with what may be missing left out. */
type Resolved = {
  readonly [Name in keyof ApiServerComponents]?: ApiServerComponents[Name] | undefined;
};

const optional = (serviceIdentifier: symbol): { serviceIdentifier: symbol; optional: true } => ({
  serviceIdentifier,
  optional: true,
});

/**
 * Binds `API_SERVER` and `API_HANDLER` with all built-in kinds. Needs `STORE` and `CLOCK`; takes `LOGGER`, `METRICS`,
 * `AUTHENTICATOR`, `AUTHORIZER`, `TOKEN_ISSUER`, `TOKEN_REVIEWER`, `NODE_CONNECTOR` and `ADMISSION_PLUGINS` when they are
 * bound.
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
          admission: AdmissionPlugin[] | undefined,
        ): ApiServer => {
          const resolved: Resolved = {
            ...{ logger, authenticator, authorizer, tokenIssuer, tokenReviewer, nodes, admission, random },
            metrics: metrics?.component("apiserver"),
          };
          const definitions = createBuiltInDefinitions();
          return createApiServer({ store, clock, definitions, ...present(resolved) }, options);
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
