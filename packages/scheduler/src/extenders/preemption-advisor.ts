import { CodedError, messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import type { PreemptionAdvisor, PreemptionCandidate } from "@pinnace/scheduler-framework";
import type { Extender } from "./extender.ts";

/** Asks the extenders with a `preemptVerb` one after the other; undefined when there are none. */
export function createPreemptionAdvisor(extenders: readonly Extender[], logger: Logger): PreemptionAdvisor | undefined {
  const asked = extenders.filter(({ preempts }) => preempts);
  if (asked.length === 0) return undefined;
  return {
    advise: async (pod, candidates, snapshot) => {
      let left = candidates;
      for (const extender of asked) {
        if (left.length === 0) break;
        if (!extender.isInterested(pod)) continue;
        try {
          left = withVictims(extender, await extender.preempt(pod, left, snapshot));
        } catch (error) {
          if (!extender.ignorable) throw error;
          logger.info("an extender that may be ignored failed", {
            extender: extender.name,
            verb: "preempt",
            error: messageOf(error),
          });
        }
      }
      return left;
    },
  };
}

/** A candidate without victims is nonsense: dropped from an extender that may be ignored, else an error. */
function withVictims(
  { ignorable }: Extender,
  candidates: readonly PreemptionCandidate[],
): readonly PreemptionCandidate[] {
  const empty = candidates.find(({ victims }) => victims.length === 0);
  if (empty === undefined) return candidates;
  if (ignorable) return candidates.filter(({ victims }) => victims.length > 0);
  throw new CodedError("EXTENDER_ANSWER", `expected at least one victim pod on node ${JSON.stringify(empty.nodeName)}`);
}
