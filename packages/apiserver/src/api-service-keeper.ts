import { type Draft, deepEqual, hasReason, type KubernetesObject, parseApiVersion } from "@pinnace/apimachinery";
import type { Timer } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import { announce, type ServerAddress, withdraw } from "./api-server-leases.ts";
import { apiServiceObjects } from "./api-service.ts";
import { createMissing } from "./bootstrap.ts";
import type { ApiServerOptions } from "./options.ts";
import { guaranteedUpdate } from "./rest/guaranteed-update.ts";
import type { RestContext } from "./rest/rest-context.ts";

/** Milliseconds between looks, as upstream's kubernetesservice controller has it. */
const PERIOD = 10_000;

/** What of each kind leads to the server; everything else of these objects is left as it is found. */
const LEADING: Readonly<Record<string, readonly string[]>> = {
  Endpoints: ["subsets"],
  EndpointSlice: ["addressType", "endpoints", "ports"],
};

/**
 * Keeps Service `default/kubernetes` leading to this server, and to those that share its store: after a start on another
 * port, and when it was deleted.
 */
export class ApiServiceKeeper {
  readonly #rest: RestContext;
  readonly #logger: Logger;
  readonly #serviceIp: string;
  readonly #address: ServerAddress | undefined;
  readonly #shared: boolean;
  #objects: readonly KubernetesObject[] = [];
  #timer: Timer | undefined;

  constructor(rest: RestContext, options: ApiServerOptions, serviceIp: string, logger: Logger) {
    this.#rest = rest;
    this.#logger = logger;
    this.#serviceIp = serviceIp;
    this.#address = options.address;
    this.#shared = options.sharedStore ?? false;
  }

  async start(): Promise<void> {
    if (this.#address === undefined) return;
    this.#objects = apiServiceObjects([this.#address], this.#serviceIp);
    await this.#keep();
    this.#timer = this.#rest.clock.setInterval(() => {
      this.#keep().catch((error: unknown) => this.#logger.warn("the API's Service could not be kept", { error }));
    }, PERIOD);
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    if (!this.#shared || this.#address === undefined || this.#timer === undefined) return;
    await withdraw(this.#rest.store, this.#address).catch((error: unknown) => {
      this.#logger.warn("the API's Service leads to this server until its lease ends", { error });
    });
  }

  async #keep(): Promise<void> {
    if (this.#shared) await this.#share(this.#address!);
    const missing = this.#objects.filter((object) => this.#live(object) === undefined);
    if (missing.length > 0) await createMissing(this.#rest, missing);
    for (const object of this.#objects) {
      const live: Draft = this.#live(object);
      const fields = LEADING[object.kind ?? ""] ?? [];
      if (live !== undefined && fields.some((field) => !leads(live[field], (object as Draft)[field]))) {
        await this.#lead(object, fields);
      }
    }
  }

  async #share(own: ServerAddress): Promise<void> {
    const [first = own, ...others] = await announce(this.#rest.store, own);
    this.#objects = apiServiceObjects([first, ...others], this.#serviceIp);
    await this.#rest.caches.current();
  }

  #definition(object: KubernetesObject) {
    const { group, version } = parseApiVersion(object.apiVersion ?? "");
    return this.#rest.registry.findKind(group, version, object.kind ?? "");
  }

  #live(object: KubernetesObject): KubernetesObject | undefined {
    const definition = this.#definition(object);
    if (definition === undefined) return object;
    const { namespace, name } = object.metadata ?? {};
    return this.#rest.caches.cache(definition.storageResource).get(`${namespace}/${name}`)?.object;
  }

  async #lead(object: KubernetesObject, fields: readonly string[]): Promise<void> {
    const definition = this.#definition(object)!;
    const { namespace = "", name = "" } = object.metadata ?? {};
    try {
      await guaranteedUpdate(this.#rest, definition, { namespace, name }, (draft) => {
        for (const field of fields) draft[field] = (object as Draft)[field];
      });
    } catch (error) {
      if (!hasReason(error, "NotFound")) throw error; // deleted meanwhile: the next look makes it anew
    }
  }
}

/** Whether what is stored says what is wanted; defaults that were filled in do not matter. */
function leads(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) && live.length === wanted.length && wanted.every((each, index) => leads(live[index], each))
    );
  }
  if (typeof wanted !== "object" || wanted === null) return deepEqual(live, wanted);
  if (typeof live !== "object" || live === null) return false;
  return Object.entries(wanted).every(([key, value]) => leads((live as Record<string, unknown>)[key], value));
}
