import {
  HORIZONTAL_POD_AUTOSCALERS,
  type HorizontalPodAutoscaler,
  type MetricStatus,
  PODS,
  type Pod,
} from "@pinnace/api";
import { formatTime, objectKey, parseLabelSelector, semanticEqual } from "@pinnace/apimachinery";
import {
  type Behaved,
  behave,
  type FailedProposal,
  isFailed,
  longestPeriod,
  type MetricsClient,
  type Proposal,
  proposeReplicas,
  ScaleHistory,
  toleranceOf,
} from "@pinnace/autoscaling";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ReconcileResult,
  watchOf,
} from "@pinnace/controller-runtime";
import { messageOf } from "@pinnace/errors";
import { AutoscalerConditions } from "./autoscaler-conditions.ts";
import { type FoundScale, readScale } from "./scale-client.ts";

/** Milliseconds between two looks at an autoscaler (`--horizontal-pod-autoscaler-sync-period`). */
const SYNC_PERIOD = 15_000;

/** One look at one autoscaler. */
interface Look {
  readonly key: string;
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly conditions: AutoscalerConditions;
  readonly now: number;
}

/** What the metrics of an autoscaler ask for together; `replicas` undefined: nothing can be said. */
interface Wanted {
  readonly replicas: number | undefined;
  /** The metric that asks for most. */
  readonly metric: string;
  readonly statuses: readonly MetricStatus[] | undefined;
  /** What an event says about metrics that failed. */
  readonly problem?: string;
}

/** Members of the status that change; metrics that are undefined are taken off. */
interface StatusChanges {
  readonly currentReplicas?: number;
  readonly desiredReplicas?: number;
  readonly lastScaleTime?: string;
  readonly currentMetrics?: readonly MetricStatus[] | undefined;
}

/** Sets the size of targets by what their pods use. */
export class HorizontalPodAutoscalerController implements ControllerDefinition {
  readonly concurrency = 5;
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #metrics: MetricsClient;
  readonly #autoscalers: Informer<HorizontalPodAutoscaler>;
  readonly #pods: Informer<Pod>;
  readonly #histories = new Map<string, ScaleHistory>();
  /** The selectors of targets by autoscaler, to notice two autoscalers of the same pods. */
  readonly #selectors = new Map<string, string>();
  /** When each autoscaler is looked at next, milliseconds since the epoch: changes in between wait for it. */
  readonly #due = new Map<string, number>();

  constructor(components: ControllerComponents, metrics: MetricsClient) {
    this.#components = components;
    this.#metrics = metrics;
    this.#autoscalers = components.informers.informer(HORIZONTAL_POD_AUTOSCALERS);
    this.#pods = components.informers.informer(PODS);
    this.watches = [
      watchOf(this.#autoscalers, (event) => changedKeys(event)),
      { informer: this.#pods, keys: () => [] },
    ];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const autoscaler = this.#autoscalers.lister.get(key);
    if (autoscaler === undefined) {
      this.#histories.delete(key);
      this.#selectors.delete(key);
      this.#due.delete(key);
      return undefined;
    }
    const now = this.#components.clock.now();
    const due = this.#due.get(key) ?? now + SYNC_PERIOD;
    this.#due.set(key, due);
    if (now < due) return { requeueAfter: due - now };
    this.#due.set(key, now + SYNC_PERIOD);
    const conditions = new AutoscalerConditions(autoscaler.status?.conditions, now);
    await this.#scale({ key, autoscaler, conditions, now });
    return { requeueAfter: SYNC_PERIOD };
  }

  async #scale(look: Look): Promise<void> {
    const { autoscaler, conditions } = look;
    const { metadata, spec } = autoscaler;
    let found: FoundScale;
    try {
      found = await readScale(this.#components.client, metadata?.namespace ?? "", spec.scaleTargetRef);
    } catch (error) {
      const message = messageOf(error);
      this.#warn(look, "FailedGetScale", message);
      conditions.set(
        "AbleToScale",
        false,
        "FailedGetScale",
        `the HPA controller was unable to get the target's current scale: ${message}`,
      );
      return this.#write(look, {});
    }
    conditions.set(
      "AbleToScale",
      true,
      "SucceededGetScale",
      "the HPA controller was able to get the target's current scale",
    );
    await this.#resize(look, found);
  }

  async #resize(look: Look, found: FoundScale): Promise<void> {
    const { autoscaler, conditions } = look;
    const { minReplicas = 1, maxReplicas } = autoscaler.spec;
    const current = found.scale.spec?.replicas ?? 0;
    const history = this.#history(look, current);
    if (current === 0 && minReplicas !== 0) {
      const message = "scaling is disabled since the replica count of the target is zero";
      conditions.set("ScalingActive", false, "ScalingDisabled", message);
      return this.#write(look, { currentReplicas: 0, desiredReplicas: 0 });
    }
    if (current > maxReplicas)
      return this.#apply(look, found, maxReplicas, "Current number of replicas above Spec.MaxReplicas", undefined);
    if (current < minReplicas)
      return this.#apply(look, found, minReplicas, "Current number of replicas below Spec.MinReplicas", undefined);

    const { replicas, metric, statuses, problem } = await this.#wanted(look, found);
    if (problem !== undefined) this.#warn(look, "FailedComputeMetricsReplicas", problem);
    if (replicas === undefined) return this.#write(look, { currentReplicas: current, currentMetrics: statuses });
    const behaved = behave({ spec: autoscaler.spec, history, current, desired: replicas, now: look.now });
    explain(conditions, behaved);
    const reason = replicas > current ? `${metric} above target` : replicas < current ? "All metrics below target" : "";
    await this.#apply(look, found, behaved.replicas, reason, statuses);
  }

  async #apply(
    look: Look,
    { scale, update }: FoundScale,
    desiredReplicas: number,
    reason: string,
    currentMetrics: readonly MetricStatus[] | undefined,
  ): Promise<void> {
    const { autoscaler, conditions, now } = look;
    const currentReplicas = scale.spec?.replicas ?? 0;
    if (desiredReplicas === currentReplicas)
      return this.#write(look, { currentReplicas, desiredReplicas, currentMetrics });
    try {
      await update(desiredReplicas);
    } catch (error) {
      const message = messageOf(error);
      this.#warn(look, "FailedRescale", `New size: ${desiredReplicas}; reason: ${reason}; error: ${message}`);
      const told = `the HPA controller was unable to update the target scale: ${message}`;
      conditions.set("AbleToScale", false, "FailedUpdateScale", told);
      return this.#write(look, { currentReplicas, currentMetrics });
    }
    const told = `the HPA controller was able to update the target scale to ${desiredReplicas}`;
    conditions.set("AbleToScale", true, "SucceededRescale", told);
    const message = `New size: ${desiredReplicas}; reason: ${reason}`;
    this.#components.events.event(autoscaler, "Normal", "SuccessfulRescale", message);
    const memory = longestPeriod(autoscaler.spec);
    this.#history(look, currentReplicas).scaled(currentReplicas, desiredReplicas, now, memory);
    await this.#write(look, {
      currentReplicas,
      desiredReplicas,
      currentMetrics,
      lastScaleTime: formatTime(now),
    });
  }

  /** Asks all metrics; the one that asks for most wins, and one that fails forbids to shrink. */
  async #wanted(look: Look, { scale }: FoundScale): Promise<Wanted> {
    const { autoscaler, now } = look;
    const { metadata, spec } = autoscaler;
    const selector = scale.status?.selector ?? "";
    const pods = this.#podsOf(look, selector);
    if (pods === undefined) return { replicas: undefined, metric: "", statuses: undefined };
    const current = scale.spec?.replicas ?? 0;
    const metrics = spec.metrics ?? [];
    const proposals = await Promise.all(
      metrics.map((metric) =>
        proposeReplicas(metric, {
          client: this.#metrics,
          namespace: metadata?.namespace ?? "",
          ...{ selector, pods, now },
          currentReplicas: current,
          statusReplicas: scale.status?.replicas ?? 0,
          tolerance: toleranceOf(spec),
        }),
      ),
    );
    return this.#combine(look, proposals, current);
  }

  #combine(look: Look, proposals: readonly (Proposal | FailedProposal)[], current: number): Wanted {
    const failed = proposals.filter((proposal) => isFailed(proposal));
    const valid = proposals.filter((proposal): proposal is Proposal => !isFailed(proposal));
    for (const { reason, message } of failed) this.#warn(look, reason, message);
    const statuses = proposals.map((proposal) => (isFailed(proposal) ? { type: "" } : proposal.status));
    let most: Pick<Proposal, "replicas" | "name"> = { replicas: 0, name: "" };
    for (const proposal of valid) if (proposal.replicas > most.replicas || most.name === "") most = proposal;
    const [first] = failed;
    const counted = `(${failed.length} invalid out of ${proposals.length})`;
    const problem =
      first === undefined ? {} : { problem: `invalid metrics ${counted}, first error is: ${first.summary}` };
    if (first !== undefined && (valid.length === 0 || most.replicas < current)) {
      const message = `the HPA was unable to compute the replica count: ${first.message}`;
      look.conditions.set("ScalingActive", false, first.reason, message);
      return { replicas: undefined, metric: "", statuses, ...problem };
    }
    const message = `the HPA was able to successfully calculate a replica count from ${most.name}`;
    look.conditions.set("ScalingActive", true, "ValidMetricFound", message);
    return { replicas: most.replicas, metric: most.name, statuses, ...problem };
  }

  /** The pods of the target; undefined, and a condition, when the selector says nothing or belongs to others, too. */
  #podsOf(look: Look, selector: string): readonly Pod[] | undefined {
    const { key, autoscaler, conditions } = look;
    const namespace = autoscaler.metadata?.namespace ?? "";
    const refuse = (reason: string, event: string, message: string, told: string = message): undefined => {
      this.#warn(look, event, message);
      conditions.set("ScalingActive", false, reason, told);
      this.#warn(look, "FailedComputeMetricsReplicas", message);
      return undefined;
    };
    if (selector === "")
      return refuse(
        "InvalidSelector",
        "SelectorRequired",
        "selector is required",
        "the HPA target's scale is missing a selector",
      );
    this.#selectors.set(key, selector);
    const pods = select(this.#pods.lister.inNamespace(namespace), selector);
    const others = [...this.#selectors]
      .filter(([other]) => other === key || other.startsWith(`${namespace}/`))
      .filter(([other, text]) => other === key || select(pods, text).length > 0)
      .map(([other]) => other);
    if (pods.length === 0 || others.length < 2) return pods;
    const message = `pods by selector ${selector} are controlled by multiple HPAs: [${others.sort().join(" ")}]`;
    return refuse("AmbiguousSelector", "AmbiguousSelector", message);
  }

  #history({ key, autoscaler, now }: Look, current: number): ScaleHistory {
    let history = this.#histories.get(key);
    if (history === undefined) {
      history = new ScaleHistory();
      history.recommend(current, now, longestPeriod(autoscaler.spec));
      this.#histories.set(key, history);
    }
    return history;
  }

  #warn({ autoscaler }: Pick<Look, "autoscaler">, reason: string, message: string): void {
    this.#components.events.event(autoscaler, "Warning", reason, message);
  }

  async #write({ autoscaler, conditions }: Look, changes: StatusChanges): Promise<void> {
    const { currentMetrics, ...rest } = { desiredReplicas: 0, ...autoscaler.status, ...changes };
    const status = {
      ...rest,
      ...(currentMetrics === undefined ? {} : { currentMetrics }),
      conditions: conditions.list,
    };
    if (semanticEqual(status, autoscaler.status)) return;
    await this.#components.client
      .resource(HORIZONTAL_POD_AUTOSCALERS)
      .namespace(autoscaler.metadata?.namespace ?? "")
      .updateStatus({ ...autoscaler, status });
  }
}

function explain(conditions: AutoscalerConditions, { stabilized, limited }: Behaved): void {
  conditions.set("AbleToScale", true, stabilized.reason, stabilized.message);
  conditions.set("ScalingLimited", limited.replicas !== stabilized.replicas, limited.reason, limited.message);
}

function select(pods: readonly Pod[], selector: string): readonly Pod[] {
  const { matches } = parseLabelSelector(selector);
  return pods.filter(({ metadata }) => matches(metadata?.labels ?? {}));
}

/** What an autoscaler writes into its own status is no reason to look again before it is time. */
function changedKeys({ type, object, old }: CacheEvent<HorizontalPodAutoscaler>): Iterable<string> {
  return type === "update" && semanticEqual(object.spec, old.spec) ? [] : [objectKey(object)];
}
