import type { AdmissionPlugin } from "@pinnace/admission";
import type { ApiHandler, GroupHandler, ResourceDefinition } from "@pinnace/apimachinery";
import { silentLogger } from "@pinnace/logging";
import { extensionDispatch } from "./aggregation/extension-dispatch.ts";
import { Extensions } from "./aggregation/extensions.ts";
import { ApiServiceKeeper } from "./api-service-keeper.ts";
import { forbiddenFor } from "./authorization.ts";
import { bootstrap } from "./bootstrap.ts";
import { cleanupParticipant } from "./crd/cleanup.ts";
import { CustomResources } from "./crd/custom-resources.ts";
import { DefinitionRegistry } from "./definition-registry.ts";
import { addDiscoveryPaths } from "./discovery/paths.ts";
import { ServedApis } from "./discovery/served-apis.ts";
import { createDispatch } from "./dispatch.ts";
import { createHandlers } from "./handlers.ts";
import { addHealthPaths } from "./health.ts";
import { textResponse } from "./media/responses.ts";
import { addOidcPaths } from "./oidc-paths.ts";
import { addOpenApiPaths } from "./openapi-paths.ts";
import { type ApiServerComponents, type ApiServerOptions, SERVICE_CIDR } from "./options.ts";
import { Paths } from "./paths.ts";
import { createPipeline } from "./pipeline.ts";
import { uuidFrom } from "./random-values.ts";
import type { RestContext, WriteParticipant } from "./rest/rest-context.ts";
import { addRootPath } from "./root-paths.ts";
import { ServerMetrics } from "./server-metrics.ts";
import { createIpAddresses } from "./services/ip-addresses.ts";
import { IpAllocator } from "./services/ip-allocator.ts";
import { PortAllocator } from "./services/port-allocator.ts";
import { createServiceParticipant, trackServices } from "./services/service-participant.ts";
import { StoreCache } from "./storage/store-cache.ts";
import { DEFAULT_GIT_VERSION, versionHandler } from "./version.ts";

/** The DI token of the {@link ApiServer}. */
export const API_SERVER: unique symbol = Symbol.for("pinnace.apiserver") as never;

/** The DI token of the server's {@link ApiHandler}. */
export const API_HANDLER: unique symbol = Symbol.for("pinnace.apiserver.handler") as never;

/** A Kubernetes API server without a port. */
export interface ApiServer {
  /** Answers requests; never rejects. Usable once {@link start} has resolved. */
  readonly handler: ApiHandler;
  /** The resources that are served; changes while the server runs. */
  readonly definitions: DefinitionRegistry;
  /** Reads the store and creates what every cluster has. */
  start(): Promise<void>;
  /** Ends all watches. The store stays open. */
  stop(): Promise<void>;
  /** Appends admission plugins, such as those that need a client of this very server. */
  useAdmission(...plugins: readonly AdmissionPlugin[]): void;
  /**
   * Has a component answer for an API group of its own. Requests are authenticated and authorized like any other; the
   * group is in no discovery, so that clients see it only when they ask for it.
   */
  useGroup(group: string, handler: GroupHandler): void;
}

const EVENT_TTL = 3_600_000;
const NODE_PORTS = { first: 30_000, last: 32_767 };
/** The storage resource of Services. */
const SERVICES = "services/specs";
/** The storage resource of CustomResourceDefinitions. */
const DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";

/** Makes an API server. It does nothing until it is started. */
export function createApiServer(components: ApiServerComponents, options: ApiServerOptions = {}): ApiServer {
  const { store, clock, logger = silentLogger, random = Math.random } = components;
  const uuid = components.uuid ?? uuidSource(components.random);
  const registry = new DefinitionRegistry(components.definitions);
  const caches = new StoreCache({ store, clock, logger }, options.watchHistory);
  const plugins: AdmissionPlugin[] = [...(components.admission ?? [])];
  const ips = new IpAllocator(options.serviceCidr ?? SERVICE_CIDR, random);
  const ports = new PortAllocator(options.nodePorts ?? NODE_PORTS, random);
  const addresses = createIpAddresses(() => rest);
  const participants = new Map<string, WriteParticipant>([
    [SERVICES, createServiceParticipant(ips, ports, addresses)],
    [DEFINITIONS, cleanupParticipant],
  ]);
  const rest: RestContext = {
    store,
    clock,
    caches,
    registry,
    random,
    uuid,
    admission: () => plugins,
    authorize: async (attributes) => {
      const answer = await components.authorizer?.authorize(attributes);
      if (answer !== undefined && answer.decision !== "allow") throw forbiddenFor(attributes, answer.reason);
    },
    participants,
    ttlOf: (definition: ResourceDefinition) =>
      definition.storageResource === "events" ? (options.eventTtl ?? EVENT_TTL) : undefined,
  };
  const customResources = new CustomResources(rest, logger, components.webhooks);
  const apiService = new ApiServiceKeeper(rest, options, ips.first, logger);
  const extensions = new Extensions(rest, components.extensions, logger);
  const groups = new Map<string, GroupHandler>();
  const paths = new Paths();
  addPaths(paths, components, options, new ServedApis(registry, extensions));
  const handler = createPipeline({
    clock,
    logger,
    metrics: new ServerMetrics(components.metrics),
    uuid,
    authenticator: components.authenticator,
    authorizer: components.authorizer,
    dispatch: createDispatch({
      registry,
      rest,
      handlers: createHandlers(rest, components),
      paths,
      groups: (name) => groups.get(name),
      extension: extensionDispatch(rest, extensions, components.extensions),
    }),
  });
  return {
    handler,
    definitions: registry,
    start: async () => {
      await caches.start();
      for (const definition of registry.all()) if (definition.stored) caches.cache(definition.storageResource);
      trackServices(caches.cache(SERVICES), ips, ports);
      await bootstrap(rest, options, ips.first);
      await apiService.start();
      customResources.start();
      extensions.start();
    },
    stop: async () => {
      await apiService.stop();
      customResources.stop();
      extensions.stop();
      caches.stop();
    },
    useAdmission: (...more) => void plugins.push(...more),
    useGroup: (group, answer) => void groups.set(group, answer),
  };
}

/** Random without a source of one's own; else from that, so that a run can be repeated. */
function uuidSource(random: (() => number) | undefined): () => string {
  return random === undefined ? () => crypto.randomUUID() : () => uuidFrom(random);
}

function addPaths(
  paths: Paths,
  { store, metrics, tokenIssuer }: ApiServerComponents,
  options: ApiServerOptions,
  served: ServedApis,
): void {
  const { ip, port } = options.address ?? { ip: "127.0.0.1", port: 6443 };
  const gitVersion = options.gitVersion ?? DEFAULT_GIT_VERSION;
  const address = `${ip}:${port}`;
  const { registry } = served;
  addRootPath(paths, served);
  addDiscoveryPaths(paths, served, address);
  addOpenApiPaths(paths, registry, gitVersion, () => served.extensions.all());
  if (tokenIssuer !== undefined) addOidcPaths(paths, tokenIssuer, address);
  paths.add("/version", versionHandler(gitVersion));
  addHealthPaths(paths, [
    { name: "ping", check: () => undefined },
    { name: "log", check: () => undefined },
    {
      name: "etcd",
      check: () =>
        store.revision().then(
          () => undefined,
          () => "the store does not answer",
        ),
    },
  ]);
  paths.add("/metrics", () =>
    textResponse(200, metrics?.expose() ?? "", { "content-type": "text/plain; version=0.0.4; charset=utf-8" }),
  );
}
