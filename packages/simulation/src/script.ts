import { Quantity } from "@pinnace/apimachinery";
import type { Course } from "./plain-command.ts";

/**
 * How a simulated container behaves, by annotations of its pod. A value is for all containers (`"1"`) or by container
 * (`"app=1,sidecar=0"`).
 *
 * | annotation | meaning | default |
 * |---|---|---|
 * | `pinnace.io/simulation-run-seconds` | seconds until it exits | what its command says (`sleep 300`, `sh -c "exit 1"`); else runs until it is stopped, 0 for pods of Jobs |
 * | `pinnace.io/simulation-exit-code` | its exit code | what its command says, else 0 |
 * | `pinnace.io/simulation-reason` | `OOMKilled` and the like | by exit code |
 * | `pinnace.io/simulation-start-seconds` | seconds that starting takes | the node's delay |
 * | `pinnace.io/simulation-start-error` | text with which every start fails | |
 * | `pinnace.io/simulation-sandbox-error` | text with which the pod's sandbox cannot be made | |
 * | `pinnace.io/simulation-readiness` | `false`: the readiness probe fails | `true` |
 * | `pinnace.io/simulation-liveness` | `false`: the liveness probe fails | `true` |
 * | `pinnace.io/simulation-startup` | `false`: the startup probe fails | `true` |
 * | `pinnace.io/simulation-stop-seconds` | seconds that it takes to stop; beyond the grace period it is killed | 0 |
 * | `pinnace.io/simulation-cpu`, `-memory` | usage | a tenth of the request |
 * | `pinnace.io/simulation-log` | lines that it logs when it starts | |
 *
 * Pulls fail for images of a registry under the reserved domain `.invalid` (RFC 2606).
 */
export const ANNOTATION_PREFIX = "pinnace.io/simulation-";

export type ScriptKey =
  | "run-seconds"
  | "exit-code"
  | "reason"
  | "start-seconds"
  | "start-error"
  | "sandbox-error"
  | "readiness"
  | "liveness"
  | "startup"
  | "stop-seconds"
  | "cpu"
  | "memory"
  | "log";

type Annotations = Readonly<Record<string, string>>;

/** The value of an annotation for one container, or undefined. */
export function scriptValue(annotations: Annotations, key: ScriptKey, container: string): string | undefined {
  const text = annotations[ANNOTATION_PREFIX + key];
  if (text === undefined) return undefined;
  if (!/^[a-z0-9][a-z0-9-]*=/.test(text)) return text;
  for (const part of text.split(",")) {
    const equals = part.indexOf("=");
    if (part.slice(0, equals).trim() === container) return part.slice(equals + 1);
  }
  return undefined;
}

/** The same as a number; what is no number counts as absent. */
export function scriptNumber(annotations: Annotations, key: ScriptKey, container: string): number | undefined {
  const value = Number(scriptValue(annotations, key, container) ?? Number.NaN);
  return Number.isNaN(value) ? undefined : value;
}

/** The same as a quantity in thousandths. */
export function scriptMilli(annotations: Annotations, key: ScriptKey, container: string): number | undefined {
  const text = scriptValue(annotations, key, container);
  return text === undefined ? undefined : Quantity.parse(text).milliValue();
}

/**
 * Milliseconds that a container runs before it exits by itself, or undefined when it runs until it is stopped. `ofJob`:
 * the pod is owned by a Job. `course`: what its command says.
 */
export function runTime(
  annotations: Annotations,
  ofJob: boolean,
  container: string,
  course?: Course,
): number | undefined {
  const seconds = scriptNumber(annotations, "run-seconds", container);
  if (seconds !== undefined) return seconds * 1000;
  if (course !== undefined) return course.seconds === undefined ? undefined : course.seconds * 1000;
  return ofJob ? 0 : undefined;
}
