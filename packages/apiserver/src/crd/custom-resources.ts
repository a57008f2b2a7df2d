import { createWebhookClient, type WebhookCaller, type WebhookClient } from "@pinnace/admission";
import {
  type Draft,
  deepEqual,
  formatTime,
  type KubernetesObject,
  type RemoteConversion,
  type ResourceDefinition,
} from "@pinnace/apimachinery";
import type { Logger } from "@pinnace/logging";
import { isCustom } from "../custom.ts";
import { guaranteedUpdate } from "../rest/guaranteed-update.ts";
import type { RestContext } from "../rest/rest-context.ts";
import { serverView } from "../rest/server-view.ts";
import type { DefinitionNames, NameVerdict } from "./accepted-names.ts";
import { syncApiServices } from "./api-services.ts";
import { CLEANUP_FINALIZER, cleanUp } from "./cleanup.ts";
import { webhookConversion } from "./conversion-webhook.ts";
import { definitionStatus, verdictOf } from "./definition-status.ts";
import { completeCustom, customDefinitions } from "./definitions.ts";

const GROUP = "apiextensions.k8s.io";

/**
 * Keeps the registry in step with the stored CustomResourceDefinitions, and writes into each whether its names are
 * accepted and it is served. A deleted one takes its objects with it.
 */
export class CustomResources {
  readonly #rest: RestContext;
  readonly #logger: Logger;
  readonly #webhooks: WebhookClient;
  /** Accepted names by definition. */
  readonly #names = new Map<string, { readonly group: string; readonly names: DefinitionNames }>();
  readonly #served = new Map<string, readonly ResourceDefinition[]>();
  /** The uids of definitions whose objects are being removed. */
  readonly #cleaning = new Set<string>();
  readonly #stopped = new AbortController();
  #registration: Promise<void> = Promise.resolve();
  #stop: (() => void) | undefined;

  constructor(rest: RestContext, logger: Logger, webhooks: WebhookCaller | undefined) {
    const { clock, random } = rest;
    this.#webhooks = createWebhookClient({ clock, random, ...(webhooks === undefined ? {} : { webhooks }) });
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
      else if (previous !== undefined) this.#withdraw(definition, previous.object.metadata?.name ?? "");
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
    const verdict = verdictOf(crd, this.#othersOf(crd));
    this.#names.set(name, { group: (crd as Draft).spec.group, names: verdict.accepted });
    if (verdict.conflict === undefined) this.#serve(name, crd);
    if (crd.metadata?.deletionTimestamp !== undefined) void this.#guard(this.#finalize(definition, crd));
    else void this.#guard(this.#report(definition, crd, verdict));
  }

  /** The names that built-in resources and other definitions of the group have. */
  #othersOf(crd: KubernetesObject): readonly DefinitionNames[] {
    const { group } = (crd as Draft).spec;
    const builtIn = this.#rest.registry
      .all()
      .filter((each) => each.group === group && !isCustom(each))
      .map(({ resource, singular, shortNames, kind }) => ({ plural: resource, singular, shortNames, kind }));
    const custom = [...this.#names]
      .filter(([name, other]) => other.group === group && name !== crd.metadata?.name)
      .map(([, { names }]) => names);
    return [...builtIn, ...custom];
  }

  /** How versions are converted when a webhook does it. */
  #conversionOf(crd: Draft): RemoteConversion | undefined {
    const { strategy, webhook } = crd.spec.conversion ?? {};
    if (strategy !== "Webhook") return undefined;
    const { uuid } = this.#rest;
    const components = { client: this.#webhooks, server: serverView(this.#rest), uuid };
    return webhookConversion(components, webhook, completeCustom(crd));
  }

  #serve(name: string, crd: KubernetesObject): void {
    const before = this.#served.get(name) ?? [];
    const definitions = customDefinitions(crd, this.#conversionOf(crd));
    for (const old of before)
      if (!definitions.some(({ version }) => version === old.version)) this.#rest.registry.remove(old);
    for (const each of definitions) {
      this.#rest.caches.cache(each.storageResource);
      this.#rest.registry.add(each);
    }
    this.#served.set(name, definitions);
    this.#register((crd as Draft).spec.group);
  }

  /** The names of a definition that is gone are free for others of its group. */
  #withdraw(definition: ResourceDefinition, name: string): void {
    const served = this.#served.get(name) ?? [];
    for (const each of served) this.#rest.registry.remove(each);
    this.#served.delete(name);
    const group = this.#names.get(name)?.group;
    this.#names.delete(name);
    if (served[0] !== undefined) this.#register(served[0].group);
    for (const { object } of this.#rest.caches.cache(definition.storageResource).list()) {
      const waits = !this.#served.has(object.metadata?.name ?? "");
      if (waits && (object as Draft).spec.group === group) this.#apply(definition, object);
    }
  }

  async #report(definition: ResourceDefinition, crd: KubernetesObject, verdict: NameVerdict): Promise<void> {
    const now = formatTime(this.#rest.clock.now());
    const { status }: Draft = crd;
    if (deepEqual(definitionStatus(crd, verdict, now), status)) return;
    await guaranteedUpdate(this.#rest, definition, { namespace: "", name: crd.metadata?.name ?? "" }, (draft) => {
      draft.status = definitionStatus(draft, verdict, now);
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
