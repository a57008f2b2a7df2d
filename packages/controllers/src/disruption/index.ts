import {
  DEPLOYMENTS,
  POD_DISRUPTION_BUDGETS,
  PODS,
  type Pod,
  type PodDisruptionBudget,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  STATEFUL_SETS,
} from "@pinnace/api";
import { type KubernetesObject, labelMatcher, matchNothing, objectKey, semanticEqual } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ControllerFactory,
  controllerKey,
  controllerOf,
  isPodFinished,
  type ReconcileResult,
  watchOf,
} from "@pinnace/controller-runtime";
import { budgetStatus, type Scale, untilGivenUp } from "./plan-budget.ts";

/** Keeps count of how many pods each PodDisruptionBudget lets go. */
export const disruptionController: ControllerFactory = {
  name: "disruption-controller",
  eventSource: "controllermanager",
  create: (components) => new DisruptionController(components),
};

type Scaled = KubernetesObject & { readonly spec?: { readonly replicas?: number } };

class DisruptionController implements ControllerDefinition {
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #budgets: Informer<PodDisruptionBudget>;
  readonly #pods: Informer<Pod>;
  readonly #scaled: readonly Informer<Scaled>[];

  constructor(components: ControllerComponents) {
    const { informers } = components;
    this.#components = components;
    this.#budgets = informers.informer(POD_DISRUPTION_BUDGETS);
    this.#pods = informers.informer(PODS);
    this.#scaled = [
      informers.informer(DEPLOYMENTS),
      informers.informer(REPLICA_SETS),
      informers.informer(REPLICATION_CONTROLLERS),
      informers.informer(STATEFUL_SETS),
    ];
    this.watches = [
      watchOf(this.#budgets),
      watchOf(this.#pods, (event) => this.#podKeys(event)),
      ...this.#scaled.map((informer) => watchOf(informer, (event) => this.#scaledKeys(event))),
    ];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { client, clock } = this.#components;
    const budget = this.#budgets.lister.get(key);
    if (budget === undefined) return undefined;
    const { namespace = "" } = budget.metadata ?? {};
    const matches = matcherOf(budget);
    const pods = this.#pods.lister.inNamespace(namespace).filter((pod) => matches(pod) && !isPodFinished(pod));
    const status = budgetStatus(budget, pods, () => this.#scaleOf(pods), clock.now());
    if (budget.status?.observedGeneration !== undefined && semanticEqual(status, budget.status)) {
      const requeueAfter = untilGivenUp(budget, clock.now());
      return requeueAfter === undefined ? undefined : { requeueAfter };
    }
    await client
      .resource(POD_DISRUPTION_BUDGETS)
      .namespace(namespace)
      .updateStatus({ ...budget, status });
    return undefined;
  }

  /** The sum of the scales of all controllers of these pods, each counted once. */
  #scaleOf(pods: readonly Pod[]): Scale {
    const scales = new Map<string, number>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (owner === undefined) return { failure: `found no controller ref for pod "${pod.metadata?.name}"` };
      const scaled = this.#topOf(pod);
      if (scaled === undefined) return { failure: `found no controllers for pod "${pod.metadata?.name}"` };
      scales.set(scaled.metadata?.uid ?? "", scaled.spec?.replicas ?? 1);
    }
    return { expected: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0) };
  }

  /** The controller that decides how many pods there are: a Deployment rather than its ReplicaSet. */
  #topOf(object: KubernetesObject): Scaled | undefined {
    for (const informer of this.#scaled) {
      const key = controllerKey(object, informer.type);
      const owner = key === undefined ? undefined : informer.lister.get(key);
      if (owner !== undefined) return this.#topOf(owner) ?? owner;
    }
    return undefined;
  }

  *#podKeys({ object, old }: CacheEvent<Pod>): Iterable<string> {
    for (const budget of this.#budgets.lister.inNamespace(object.metadata?.namespace ?? "")) {
      const matches = matcherOf(budget);
      if (matches(object) || (old !== undefined && matches(old))) yield objectKey(budget);
    }
  }

  #scaledKeys({ type, object, old }: CacheEvent<Scaled>): Iterable<string> {
    if (type === "update" && old.spec?.replicas === object.spec?.replicas) return [];
    return this.#budgets.lister.inNamespace(object.metadata?.namespace ?? "").map(objectKey);
  }
}

/** An absent selector selects nothing, an empty one everything. */
function matcherOf({ spec }: PodDisruptionBudget): (pod: Pod) => boolean {
  const matcher = spec?.selector === undefined ? matchNothing : labelMatcher(spec.selector);
  return (pod) => matcher.matches(pod.metadata?.labels ?? {});
}
