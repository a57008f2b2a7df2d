import { formatTime, hasReason } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import type { SchedulerComponents } from "@pinnace/scheduler-framework";
import { POD_GROUPS, type PodGroup } from "./pod-groups.ts";

interface State {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

const TYPE = "PodGroupScheduled";

/** Says in the status of pod groups whether they are scheduled. */
export class GroupConditions {
  readonly #needs: Pick<SchedulerComponents, "writer" | "clock" | "logger">;
  /** The newest state that was written, by the group's uid: its informer may not have it yet. */
  readonly #written = new Map<string, string>();

  constructor(components: Pick<SchedulerComponents, "writer" | "clock" | "logger">) {
    this.#needs = components;
  }

  /** Writes the condition unless it is so already; a group that was scheduled stays scheduled. Never rejects. */
  async write(group: PodGroup, state: State): Promise<void> {
    const { metadata, status } = group;
    const uid = metadata?.uid ?? "";
    const seen = status?.conditions?.find(({ type }) => type === TYPE)?.status;
    const known = this.#written.get(uid) ?? seen;
    if (known === seen) this.#written.delete(uid);
    if (known === state.status || known === "True") return;
    this.#written.set(uid, state.status);
    const { writer, clock, logger } = this.#needs;
    const others = (status?.conditions ?? []).filter(({ type }) => type !== TYPE);
    const observedGeneration = metadata?.generation === undefined ? {} : { observedGeneration: metadata.generation };
    const condition = { type: TYPE, ...state, lastTransitionTime: formatTime(clock.now()), ...observedGeneration };
    try {
      await writer.patch(POD_GROUPS, group, { status: { conditions: [...others, condition] } }, "status");
    } catch (error) {
      this.#written.delete(uid);
      if (hasReason(error, "NotFound")) return;
      logger.warn("the status of a PodGroup was not written", { podGroup: metadata?.name, error: messageOf(error) });
    }
  }
}
