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
  let nomination: { readonly nominatedNode?: string } = {};
  for (const { name, plugin } of profile.points.postFilter) {
    try {
      const { status, nominatedNode } = await plugin.postFilter!(cycle, rejections);
      const own = nominatedNode === undefined ? {} : { nominatedNode };
      if (status.code === "Success") return { message: "", ...own };
      const message = status.reasons.join(", ");
      if (status.code === "UnschedulableAndUnresolvable") return { message, ...own };
      if (!isRejection(status)) return { message };
      if (nominatedNode !== undefined) nomination = own;
      messages.push(...status.reasons);
    } catch (error) {
      logger.error("a PostFilter plugin failed", { plugin: name, error });
      return { message: messageOf(error) };
    }
  }
  return { message: messages.join(", "), ...nomination };
}
