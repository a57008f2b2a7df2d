import {
  type Draft,
  deepEqual,
  formatTime,
  type KubernetesObject,
  type ResourceDefinition,
} from "@pinnace/apimachinery";
import type { Logger } from "@pinnace/logging";
import { guaranteedUpdate } from "../rest/guaranteed-update.ts";
import type { RestContext } from "../rest/rest-context.ts";
import { syncApiServices } from "./api-services.ts";
import { CLEANUP_FINALIZER, cleanUp } from "./cleanup.ts";
import { customDefinitions } from "./definitions.ts";

const GROUP = "apiextensions.k8s.io";

/**
 * Keeps the registry in step with the stored CustomResourceDefinitions, and writes into each whether its names are
 * accepted and it is served. A deleted one takes its objects with it.
 */
export class CustomResources {
  readonly #rest: RestContext;
  readonly #logger: Logger;
  readonly #served = new Map<string, readonly ResourceDefinition[]>();
  /** The uids of definitions whose objects are being removed. */
  readonly #cleaning = new Set<string>();
  readonly #stopped = new AbortController();
  #registration: Promise<void> = Promise.resolve();
  #stop: (() => void) | undefined;

  constructor(rest: RestContext, logger: Logger) {
    this.#rest = rest;
    this.#logger = logger;
  }

  start(): void {
    const definition = this.#rest.registry.findAnyVersion(GROUP, "customresourcedefinitions");
    if (definition === undefined) return;
    const cache = this.#rest.caches.cache(definition.storageResource);
    for (const entry of cache.list()) this.#apply(definition, entry.object);
    this.#stop = cache.listen(({ current, previous }) => {
      if (current !== undefined) this.#apply(definition, current.object);
      else if (previous !== undefined) this.#withdraw(previous.object.metadata?.name ?? "");
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stopped.abort();
  }

  /** Runs inside the delivery of a store event, so nothing may escape. */
  #apply(definition: ResourceDefinition, crd: KubernetesObject): void {
    try {
      this.#follow(definition, crd);
    } catch (error) {
      this.#logger.warn("a CustomResourceDefinition cannot be served", { name: crd.metadata?.name, error });
    }
  }

  #follow(definition: ResourceDefinition, crd: KubernetesObject): void {
    const name = crd.metadata?.name ?? "";
    const { spec }: Draft = crd;
    const conflict = this.#conflict(spec);
    if (conflict === undefined) this.#serve(name, crd);
    if (crd.metadata?.deletionTimestamp !== undefined) void this.#guard(this.#finalize(definition, crd));
    else void this.#guard(this.#report(definition, crd, conflict));
  }

  /** Another resource of the group that has the name already. */
  #conflict({ group, names }: Draft): string | undefined {
    const others = this.#rest.registry.all().filter((each) => each.group === group && each.resource !== names.plural);
    const taken = others.find(({ kind }) => kind === names.kind);
    return taken === undefined ? undefined : `"${names.kind}" is already in use`;
  }

  #serve(name: string, crd: KubernetesObject): void {
    const before = this.#served.get(name) ?? [];
    const definitions = customDefinitions(crd);
    for (const old of before)
      if (!definitions.some(({ version }) => version === old.version)) this.#rest.registry.remove(old);
    for (const each of definitions) {
      this.#rest.caches.cache(each.storageResource);
      this.#rest.registry.add(each);
    }
    this.#served.set(name, definitions);
    this.#register((crd as Draft).spec.group);
  }

  #withdraw(name: string): void {
    const served = this.#served.get(name) ?? [];
    for (const definition of served) this.#rest.registry.remove(definition);
    this.#served.delete(name);
    if (served[0] !== undefined) this.#register(served[0].group);
  }

  async #report(definition: ResourceDefinition, crd: KubernetesObject, conflict: string | undefined): Promise<void> {
    const { spec, status = {} }: Draft = crd;
    const now = formatTime(this.#rest.clock.now());
    const wanted = statusOf(spec, status, conflict, now);
    if (deepEqual(wanted, status)) return;
    await guaranteedUpdate(this.#rest, definition, { namespace: "", name: crd.metadata?.name ?? "" }, (draft) => {
      draft.status = statusOf(draft.spec, draft.status ?? {}, conflict, now);
    });
  }

  /** Once for each definition that is being deleted. */
  async #finalize(definition: ResourceDefinition, crd: KubernetesObject): Promise<void> {
    const uid = crd.metadata?.uid ?? "";
    if (!(crd.metadata?.finalizers ?? []).includes(CLEANUP_FINALIZER) || this.#cleaning.has(uid)) return;
    this.#cleaning.add(uid);
    try {
      await cleanUp(this.#rest, definition, crd, this.#stopped.signal);
    } finally {
      this.#cleaning.delete(uid);
    }
  }

  /** Gives the versions of a group their APIServices, and takes away those of versions that are served no more. */
  #register(group: string): void {
    const work = this.#registration.then(() => syncApiServices(this.#rest, group));
    this.#registration = this.#guard(work);
  }

  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#logger.warn("a CustomResourceDefinition could not be updated", { error });
    }
  }
}

function statusOf(spec: Draft, status: Draft, conflict: string | undefined, now: string): Draft {
  const storage = spec.versions.find((version: Draft) => version.storage)?.name;
  const stored: string[] = status.storedVersions ?? [];
  const { names } = spec;
  const accepted = {
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    ...(names.shortNames ? { shortNames: names.shortNames } : {}),
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    ...(names.categories ? { categories: names.categories } : {}),
  };
  const conditions =
    conflict === undefined
      ? [
          condition("NamesAccepted", "True", "NoConflicts", "no conflicts found"),
          condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted"),
        ]
      : [
          condition("NamesAccepted", "False", "KindConflict", conflict),
          condition("Established", "False", "NotAccepted", "not all names are accepted"),
        ];
  return {
    ...status,
    conditions: mergeConditions(status.conditions ?? [], conditions, now),
    acceptedNames: conflict === undefined ? accepted : (status.acceptedNames ?? { plural: "", kind: "" }),
    storedVersions: storage === undefined || stored.includes(storage) ? stored : [...stored, storage],
  };
}

function condition(type: string, status: string, reason: string, message: string): Draft {
  return { type, status, reason, message };
}

/** A condition keeps its transition time while its status stays. */
function mergeConditions(old: readonly Draft[], wanted: readonly Draft[], now: string): Draft[] {
  const merged = wanted.map((each) => {
    const before = old.find(({ type }) => type === each.type);
    return { ...each, lastTransitionTime: before?.status === each.status ? before.lastTransitionTime : now };
  });
  return [...merged, ...old.filter(({ type }) => !wanted.some((each) => each.type === type))];
}
