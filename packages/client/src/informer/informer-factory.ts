import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import { type Logger, silentLogger } from "@pinnace/logging";
import type { Client, Selector } from "../client.ts";
import type { Informer, InformerFactory, InformerOptions } from "../informer-contract.ts";
import { reflect } from "./reflector.ts";
import { SharedInformer } from "./shared-informer.ts";

export interface InformerFactoryComponents {
  readonly client: Client;
  readonly clock: Clock;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Uniform in [0, 1); stretches watch time-outs and back-off. Default: always 0, which repeats exactly. */
  readonly random?: () => number;
}

/**
 * One informer per resource, namespace and selectors, each kept by list and watch with `client`. All of them stop with
 * `stop()`; an informer asked for after that rejects `whenSynced` with `CodedError` `INFORMER_STOPPED`.
 */
export function createInformerFactory(components: InformerFactoryComponents): InformerFactory {
  return new SharedInformerFactory(components);
}

class SharedInformerFactory implements InformerFactory {
  readonly #components: Required<InformerFactoryComponents>;
  readonly #informers = new Map<string, SharedInformer<never>>();
  readonly #stopped = new AbortController();

  constructor({ client, clock, logger = silentLogger, random = () => 0 }: InformerFactoryComponents) {
    this.#components = { client, clock, random, logger: logger.child({ component: "informer" }) };
  }

  informer<T extends KubernetesObject>(type: ResourceType<T>, options: InformerOptions<T> = {}): Informer<T> {
    const { namespace = "", labelSelector = "", fieldSelector = "" } = options;
    const key = [type.group, type.version, type.resource, namespace, labelSelector, fieldSelector].join("|");
    let informer = this.#informers.get(key) as SharedInformer<T> | undefined;
    if (informer === undefined) {
      informer = new SharedInformer(type);
      this.#informers.set(key, informer as unknown as SharedInformer<never>);
      this.#start(informer, options);
    }
    informer.addIndexes(options.indexes);
    return informer;
  }

  stop(): void {
    this.#stopped.abort(new DOMException("the informers were stopped", "AbortError"));
    for (const informer of this.#informers.values()) informer.stop();
  }

  #start<T extends KubernetesObject>(informer: SharedInformer<T>, options: InformerOptions<T>): void {
    if (this.#stopped.signal.aborted) {
      informer.stop();
      return;
    }
    const all = this.#components.client.resource(informer.type);
    const resource = options.namespace === undefined ? all : all.namespace(options.namespace);
    void reflect({ ...this.#components, resource, informer }, selectorOf(options), this.#stopped.signal);
  }
}

function selectorOf({ labelSelector, fieldSelector }: Selector): Selector {
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
