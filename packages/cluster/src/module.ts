import { ADMISSION_PLUGINS, type AdmissionPlugin } from "@pinnace/admission";
import { ADMISSION_RANDOM, admissionModule } from "@pinnace/admission/module";
import { createBuiltInDefinitions } from "@pinnace/api";
import type { ResourceDefinition } from "@pinnace/apimachinery";
import { API_HANDLER, API_SERVER, type ApiServer, createApiServer } from "@pinnace/apiserver";
import {
  AUTHENTICATION_OPTIONS,
  AUTHENTICATOR,
  type Authenticator,
  TOKEN_ISSUER,
  TOKEN_REVIEWER,
  type TokenIssuer,
  type TokenReviewer,
} from "@pinnace/authentication";
import { authenticationModule } from "@pinnace/authentication/module";
import { clientModule, localTransportModule } from "@pinnace/client/module";
import { CLOCK, type Clock, createRealClock } from "@pinnace/clock";
import { createBuiltInControllers } from "@pinnace/controllers";
import { controllersModule } from "@pinnace/controllers/module";
import { LOGGER, type Logger, silentLogger } from "@pinnace/logging";
import { loggingModule } from "@pinnace/logging/module";
import { METRICS, type MetricRegistries } from "@pinnace/metrics";
import { metricsModule } from "@pinnace/metrics/module";
import { createPluginRegistry, type PluginRegistry } from "@pinnace/plugin";
import { AUTHORIZER, type Authorizer, bootstrapPolicy } from "@pinnace/rbac";
import { rbacModule } from "@pinnace/rbac/module";
import { schedulerModule } from "@pinnace/scheduler/module";
import { SCHEDULER_API_VERSION, SCHEDULER_PLUGIN_TYPE } from "@pinnace/scheduler-framework";
import { simulationModule } from "@pinnace/simulation/module";
import { createMemoryStore, STORE, type Store } from "@pinnace/store";
import { Container, ContainerModule } from "inversify";
import { defaultSchedulerPlugins } from "./default-scheduler-plugins.ts";
import { NodeDirectory } from "./node-directory.ts";
import type { ClusterOptions } from "./options.ts";

/** The DI token of the {@link NodeDirectory}. */
export const NODE_DIRECTORY: unique symbol = Symbol.for("pinnace.cluster.nodes") as never;

/** The DI token of the scheduler's {@link PluginRegistry}. */
export const SCHEDULER_PLUGINS: unique symbol = Symbol.for("pinnace.cluster.scheduler-plugins") as never;

/** As whom the process reads for itself: the API server's own identity. */
const LOOPBACK = { program: "pinnace", user: { name: "system:apiserver", groups: ["system:masters"] } } as const;

/**
 * A container with everything that {@link ClusterOptions} describe; nothing in it has been started. Load more modules, or
 * rebind tokens, before the first `get`.
 */
export function composeCluster(options: ClusterOptions = {}): Container {
  const container = new Container({ defaultScope: "Singleton" });
  const random = options.random ?? Math.random;
  const plugins = schedulerPlugins(options);
  const simulated = typeof options.nodes === "number" ? { count: options.nodes } : options.nodes;
  const controllers =
    options.controllers ?? createBuiltInControllers(options.rootCa === undefined ? {} : { rootCa: options.rootCa });
  container.load(
    foundations(options, plugins, random),
    loggingModule(options.logger ?? silentLogger),
    metricsModule,
    authenticationModule,
    rbacModule,
    admissionModule,
    apiServerModule(options, random),
    localTransportModule(API_HANDLER),
    clientModule(LOOPBACK, random),
    controllersModule(controllers, random),
    schedulerModule({ plugins, random, ...(options.scheduler === undefined ? {} : { config: options.scheduler }) }),
    simulationModule({ ...simulated }, random, options.streams),
  );
  return container;
}

let definitions: readonly ResourceDefinition[] | undefined;

/** Immutable, so that all clusters of the process share them. */
function builtInDefinitions(): readonly ResourceDefinition[] {
  definitions ??= createBuiltInDefinitions();
  return definitions;
}

function schedulerPlugins({ plugins = defaultSchedulerPlugins }: ClusterOptions): PluginRegistry {
  const hosts = [{ type: SCHEDULER_PLUGIN_TYPE, apiVersion: SCHEDULER_API_VERSION }];
  return createPluginRegistry(plugins, { hosts });
}

function foundations(options: ClusterOptions, plugins: PluginRegistry, random: () => number): ContainerModule {
  return new ContainerModule(({ bind }) => {
    const clock = options.clock ?? createRealClock();
    bind<Clock>(CLOCK).toConstantValue(clock);
    bind<Store>(STORE).toConstantValue(options.store ?? createMemoryStore({ clock }));
    bind(NODE_DIRECTORY).toConstantValue(new NodeDirectory());
    bind(SCHEDULER_PLUGINS).toConstantValue(plugins);
    bind(ADMISSION_RANDOM).toConstantValue(random);
    if (options.authentication) bind(AUTHENTICATION_OPTIONS).toConstantValue(options.authentication);
  });
}

function apiServerModule(options: ClusterOptions, random: () => number): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<ApiServer>(API_SERVER)
      .toResolvedValue(
        (
          store: Store,
          clock: Clock,
          logger: Logger,
          metrics: MetricRegistries,
          authenticator: Authenticator,
          authorizer: Authorizer,
          tokenIssuer: TokenIssuer,
          tokenReviewer: TokenReviewer,
          nodes: NodeDirectory,
          admission: AdmissionPlugin[],
        ) =>
          createApiServer(
            {
              ...{
                store,
                clock,
                logger,
                authenticator,
                authorizer,
                tokenIssuer,
                tokenReviewer,
                nodes,
                admission,
                random,
              },
              definitions: builtInDefinitions(),
              metrics: metrics.component("apiserver"),
              ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
            },
            { bootstrapObjects: bootstrapPolicy(), ...options.apiServer },
          ),
        [
          ...([
            STORE,
            CLOCK,
            LOGGER,
            METRICS,
            AUTHENTICATOR,
            AUTHORIZER,
            TOKEN_ISSUER,
            TOKEN_REVIEWER,
            NODE_DIRECTORY,
          ] as const),
          { isMultiple: true, serviceIdentifier: ADMISSION_PLUGINS },
        ],
      )
      .inSingletonScope();
    bind(API_HANDLER).toResolvedValue((server: ApiServer) => server.handler, [API_SERVER]);
  });
}
