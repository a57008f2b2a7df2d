import type { Behaviour } from "./behaviour.ts";
import type { Outcome } from "./outcome.ts";
import type { BatchResult } from "./run-batch.ts";

interface RunPlan {
  readonly behaviours: readonly Behaviour[];
  /** Processes side by side. */
  readonly jobs: number;
  /** Specs of one process. */
  readonly batch: number;
  /** Nothing is begun after this. */
  readonly signal: AbortSignal;
  run(batch: readonly Behaviour[]): Promise<BatchResult>;
  /** Hears of each behaviour once, as its outcome is known. */
  heard(behaviour: Behaviour, outcome: Outcome, output: string): void;
}

/**
 * Runs batches side by side, then those that need the cluster for themselves. What a process left without an outcome goes
 * into a later one; a process that tells nothing at all fails its specs, so this ends.
 */
export async function runBehaviours(plan: RunPlan): Promise<void> {
  const shared = plan.behaviours.filter(({ alone }) => !alone);
  await drain(shared, plan.jobs, plan);
  await drain(
    plan.behaviours.filter(({ alone }) => alone),
    1,
    plan,
  );
}

async function drain(behaviours: readonly Behaviour[], jobs: number, plan: RunPlan): Promise<void> {
  const queue = [...behaviours];
  const work = async (): Promise<void> => {
    while (queue.length > 0 && !plan.signal.aborted) {
      // The last specs are spread over all jobs.
      const size = Math.max(1, Math.min(plan.batch, Math.ceil(queue.length / jobs)));
      const batch = queue.splice(0, size);
      const { outcomes, output } = await plan.run(batch);
      for (const behaviour of batch) {
        const outcome = outcomes.get(behaviour.name);
        if (outcome !== undefined) plan.heard(behaviour, outcome, output);
      }
      const left = batch.filter(({ name }) => !outcomes.has(name));
      if (left.length < batch.length) queue.unshift(...left);
      else if (!plan.signal.aborted) for (const each of left) plan.heard(each, NOTHING, output);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

const NOTHING: Outcome = { kind: "failed", why: "e2e.test ended without a result" };
