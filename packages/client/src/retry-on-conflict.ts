import { hasReason } from "@pinnace/apimachinery";

/**
 * Calls `attempt` again, at most `attempts` times (default 5, like client-go's `DefaultRetry`), as long as it rejects
 * with 409 `Conflict`. `attempt` must read the object anew each time.
 */
export async function retryOnConflict<T>(attempt: () => Promise<T>, attempts = 5): Promise<T> {
  for (let left = attempts - 1; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left <= 0 || !hasReason(error, "Conflict")) throw error;
    }
  }
}
