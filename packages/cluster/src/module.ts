import { WEBHOOK_CALLER } from "@pinnace/admission";
import { ADMISSION_RANDOM, admissionModule } from "@pinnace/admission/module";
import { API_HANDLER, EXTENSION_TRANSPORT, NODE_CONNECTOR, PROXY_TRANSPORT } from "@pinnace/apiserver";
import { apiServerModule } from "@pinnace/apiserver/module";
import { AUTHENTICATION_OPTIONS, TOKEN_ISSUER, type TokenIssuer } from "@pinnace/authentication";
import { authenticationModule } from "@pinnace/authentication/module";
import { clientModule, localTransportModule } from "@pinnace/client/module";
import { CLOCK, type Clock, createRealClock } from "@pinnace/clock";
import type { ControllerFactory } from "@pinnace/controller-runtime";
import { createBuiltInControllers } from "@pinnace/controllers";
import { controllersModule } from "@pinnace/controllers/module";
import { silentLogger } from "@pinnace/logging";
import { loggingModule } from "@pinnace/logging/module";
import { METRICS, type MetricRegistries } from "@pinnace/metrics";
import { metricsModule } from "@pinnace/metrics/module";
import { createPluginRegistry, type PluginRegistry } from "@pinnace/plugin";
import { bootstrapPolicy } from "@pinnace/rbac";
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
  const controllers = options.controllers ?? builtIn(options, () => container.get<TokenIssuer>(TOKEN_ISSUER));
  container.load(
    foundations(options, plugins, random),
    loggingModule(options.logger ?? silentLogger),
    options.metrics === undefined ? metricsModule : given(options.metrics),
    authenticationModule,
    rbacModule,
    admissionModule,
    apiServerModule(
      { bootstrapObjects: bootstrapPolicy(options.apiServer?.featureGates), ...options.apiServer },
      random,
    ),
    localTransportModule(API_HANDLER),
    clientModule(LOOPBACK, random),
    controllersModule(controllers, random),
    schedulerModule({
      ...{ plugins, random },
      ...(options.scheduler === undefined ? {} : { config: options.scheduler }),
      ...(options.extenderTransport === undefined ? {} : { extenderTransport: options.extenderTransport }),
    }),
    simulationModule({ ...simulated }, random, options.streams),
  );
  return container;
}

function given(metrics: MetricRegistries): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<MetricRegistries>(METRICS).toConstantValue(metrics);
  });
}

/** Seconds that the token of a Secret is good for: ten years. It dies with its Secret and its account before. */
const SECRET_TOKEN_LIFETIME = 10 * 365 * 24 * 3600;

/** The issuer is asked for when the first token Secret comes. */
function builtIn(
  { rootCa, certificateSigner }: ClusterOptions,
  issuer: () => TokenIssuer,
): readonly ControllerFactory[] {
  return createBuiltInControllers({
    ...(rootCa === undefined ? {} : { rootCa }),
    ...(certificateSigner === undefined ? {} : { certificateSigner }),
    issueToken: async (account, secret) => {
      const tokens = issuer();
      const { token } = await tokens.issue({
        namespace: account.metadata?.namespace ?? "",
        serviceAccount: { name: account.metadata?.name ?? "", uid: account.metadata?.uid ?? "" },
        boundObject: { kind: "Secret", name: secret.metadata?.name ?? "", uid: secret.metadata?.uid ?? "" },
        audiences: tokens.apiAudiences,
        expirationSeconds: SECRET_TOKEN_LIFETIME,
      });
      return token;
    },
  });
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
    const nodes = new NodeDirectory();
    bind(NODE_DIRECTORY).toConstantValue(nodes);
    bind(NODE_CONNECTOR).toConstantValue(nodes);
    if (options.extensions) bind(EXTENSION_TRANSPORT).toConstantValue(options.extensions);
    if (options.webhooks) bind(WEBHOOK_CALLER).toConstantValue(options.webhooks);
    if (options.proxy) bind(PROXY_TRANSPORT).toConstantValue(options.proxy);
    bind(SCHEDULER_PLUGINS).toConstantValue(plugins);
    bind(ADMISSION_RANDOM).toConstantValue(random);
    if (options.authentication) bind(AUTHENTICATION_OPTIONS).toConstantValue(options.authentication);
  });
}
