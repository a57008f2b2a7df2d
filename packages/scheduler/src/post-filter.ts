import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import { type Cycle, isRejection, type Profile, type Status } from "@pinnace/scheduler-framework";

/** What came of the attempt to make room. */
export interface PostFilterOutcome {
  /** What the plugins said, joined. */
  readonly message: string;
  /** Where room was made; "" when a nomination is to be cleared; undefined when it stays. */
  readonly nominatedNode?: string;
}

/** Asks the PostFilter plugins in turn, until one has made room or fails. */
export async function runPostFilter(
  cycle: Cycle,
  profile: Profile,
  rejections: ReadonlyMap<string, Status>,
  logger: Logger,
): Promise<PostFilterOutcome> {
  const messages: string[] = [];
  for (const { name, plugin } of profile.points.postFilter) {
    try {
      const { status, nominatedNode } = await plugin.postFilter!(cycle, rejections);
      const nomination = nominatedNode === undefined ? {} : { nominatedNode };
      if (status.code === "Success") return { message: "", ...nomination };
      messages.push(...status.reasons);
      if (!isRejection(status)) return { message: status.reasons.join(", ") };
      if (nominatedNode !== undefined || status.code === "UnschedulableAndUnresolvable") {
        return { message: messages.join(", "), ...nomination };
      }
    } catch (error) {
      logger.error("a PostFilter plugin failed", { plugin: name, error });
      return { message: messageOf(error) };
    }
  }
  return { message: messages.join(", ") };
}
