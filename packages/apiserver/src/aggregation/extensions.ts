import { type Draft, deepEqual, formatTime, hasReason, type ResourceDefinition } from "@pinnace/apimachinery";
import type { Timer } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import { guaranteedUpdate } from "../rest/guaranteed-update.ts";
import type { RestContext } from "../rest/rest-context.ts";
import { serverView } from "../rest/server-view.ts";
import { type Availability, availabilityOf } from "./availability.ts";
import { discoveredResources } from "./discovered.ts";
import type { ExtensionTransport } from "./extension-transport.ts";

/** Milliseconds between looks at each aggregated server, whatever happens. */
const PERIOD = 30_000;
/** Milliseconds before a server that did not answer is asked again: doubled each time, up to the period. */
const FIRST_RETRY = 1_000;

/** One aggregated API. */
export interface Extension {
  readonly group: string;
  readonly version: string;
  /** The stored APIService. */
  readonly apiService: Draft;
  /** What it serves, in the form of aggregated discovery; undefined until it has answered once. */
  readonly resources: readonly Draft[] | undefined;
}

/**
 * The APIs that others serve behind this server (APIServices with a Service): which there are, whether they answer, and
 * what they serve. Writes the condition `Available` of their APIServices.
 */
export class Extensions {
  readonly #rest: RestContext;
  readonly #transport: ExtensionTransport | undefined;
  readonly #logger: Logger;
  readonly #extensions = new Map<string, Extension>();
  /** Looks under way, and whether another one is due after it. */
  readonly #looking = new Map<string, { again: boolean }>();
  readonly #timers = new Map<string, Timer>();
  readonly #failures = new Map<string, number>();
  readonly #stops: (() => void)[] = [];
  #generation = 0;

  constructor(rest: RestContext, transport: ExtensionTransport | undefined, logger: Logger) {
    this.#rest = rest;
    this.#transport = transport;
    this.#logger = logger;
  }

  /** Grows with every change of what is served. */
  get generation(): number {
    return this.#generation;
  }

  get isEmpty(): boolean {
    return this.#extensions.size === 0;
  }

  find(group: string, version: string): Extension | undefined {
    return this.#extensions.get(`${version}.${group}`);
  }

  all(): readonly Extension[] {
    return [...this.#extensions.values()];
  }

  start(): void {
    const { registry, caches } = this.#rest;
    const definition = registry.findAnyVersion("apiregistration.k8s.io", "apiservices");
    if (definition === undefined) return;
    const cache = caches.cache(definition.storageResource);
    for (const { key, object } of cache.list()) this.#follow(definition, key, object);
    this.#stops.push(cache.listen(({ key, current }) => this.#follow(definition, key, current?.object)));
    for (const [group, resource] of [
      ["", "services"],
      ["discovery.k8s.io", "endpointslices"],
    ] as const) {
      const changing = registry.findAnyVersion(group, resource);
      if (changing === undefined) continue;
      const changes = caches.cache(changing.storageResource);
      this.#stops.push(changes.listen(({ namespace }) => this.#serviceChanged(definition, namespace)));
    }
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #follow(definition: ResourceDefinition, name: string, apiService: Draft): void {
    const known = this.#extensions.get(name);
    if (apiService?.spec.service === undefined) {
      if (known === undefined) return;
      this.#extensions.delete(name);
      this.#timers.get(name)?.cancel();
      this.#timers.delete(name);
      this.#generation += 1;
      return;
    }
    const { group = "", version } = apiService.spec;
    const same = known !== undefined && deepEqual(known.apiService.spec, apiService.spec);
    const resources = same ? known.resources : undefined;
    this.#extensions.set(name, { group, version, apiService, resources });
    this.#generation += 1;
    if (!same) this.#look(definition, name);
  }

  #serviceChanged(definition: ResourceDefinition, namespace: string): void {
    for (const [name, { apiService }] of this.#extensions)
      if (apiService.spec.service.namespace === namespace) this.#look(definition, name);
  }

  /** Looks at a server now, or once more when that is under way. */
  #look(definition: ResourceDefinition, name: string): void {
    const running = this.#looking.get(name);
    if (running !== undefined) {
      running.again = true;
      return;
    }
    const state = { again: false };
    this.#looking.set(name, state);
    this.#check(definition, name)
      .catch((error: unknown) => this.#logger.warn("an APIService could not be checked", { name, error }))
      .finally(() => {
        this.#looking.delete(name);
        if (state.again) this.#look(definition, name);
      });
  }

  async #check(definition: ResourceDefinition, name: string): Promise<void> {
    const before = this.#extensions.get(name);
    if (before === undefined) return;
    const { clock, random } = this.#rest;
    const components = { clock, random, server: serverView(this.#rest), transport: this.#transport };
    const found = await availabilityOf(components, before.apiService);
    const now = this.#extensions.get(name);
    if (now === undefined || !deepEqual(now.apiService.spec, before.apiService.spec)) return;
    if (found.resources !== undefined) this.#learn(name, now, discoveredResources(found.resources));
    this.#again(definition, name, found.reason === "FailedDiscoveryCheck");
    await this.#report(definition, name, found);
  }

  #learn(name: string, extension: Extension, resources: readonly Draft[]): void {
    if (deepEqual(extension.resources, resources)) return;
    this.#extensions.set(name, { ...extension, resources });
    this.#generation += 1;
  }

  #again(definition: ResourceDefinition, name: string, failed: boolean): void {
    const failures = failed ? (this.#failures.get(name) ?? 0) + 1 : 0;
    this.#failures.set(name, failures);
    const delay = failed ? Math.min(PERIOD, FIRST_RETRY * 2 ** (failures - 1)) : PERIOD;
    this.#timers.get(name)?.cancel();
    this.#timers.set(
      name,
      this.#rest.clock.setTimeout(() => this.#look(definition, name), delay),
    );
  }

  async #report(definition: ResourceDefinition, name: string, found: Availability): Promise<void> {
    const { status, reason, message } = found;
    const old = conditionOf(this.#extensions.get(name)?.apiService);
    if (old?.status === status && old.reason === reason && old.message === message) return;
    const now = formatTime(this.#rest.clock.now());
    try {
      await guaranteedUpdate(this.#rest, definition, { namespace: "", name }, (draft) => {
        const before = conditionOf(draft);
        const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
        const others = (draft.status?.conditions ?? []).filter((each: Draft) => each.type !== "Available");
        const condition = { type: "Available", status, lastTransitionTime, reason, message };
        draft.status = { ...draft.status, conditions: [...others, condition] };
      });
    } catch (error) {
      if (!hasReason(error, "NotFound")) throw error; // deleted meanwhile
    }
  }
}

function conditionOf(apiService: Draft): Draft {
  return (apiService?.status?.conditions ?? []).find((each: Draft) => each.type === "Available");
}
