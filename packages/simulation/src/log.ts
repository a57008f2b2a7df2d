import type { Clock } from "@pinnace/clock";
import type { LogLine } from "@pinnace/cri";
import { scriptValue } from "./script.ts";
import type { SimulatedContainer } from "./simulated-container.ts";

/** Milliseconds between the lines of a container that runs. */
const LINE_PERIOD = 10_000;
/** Older lines of a container that has run for long are forgotten. */
const MAX_LINES = 10_000;

/**
 * The log of a simulated container, made when it is read: a first line, the lines of its script, one line every ten
 * seconds, a last line. `onlyNew` leaves out what was logged before now.
 */
export async function* simulatedLog(
  container: SimulatedContainer,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
  clock: Clock,
  onlyNew = false,
): AsyncIterable<LogLine> {
  if (container.startedAt === 0) return;
  const from = onlyNew ? clock.now() : Number.NEGATIVE_INFINITY;
  if (!onlyNew) for (const text of firstLines(container)) yield line(container.startedAt, text);
  let next = Math.max(1, elapsedLines(container, clock.now()) - MAX_LINES + 1);
  for (;;) {
    for (; next <= elapsedLines(container, clock.now()); next++) {
      const at = container.startedAt + next * LINE_PERIOD;
      if (at >= from)
        yield line(at, `level=info msg="request served" count=${next} container=${container.config.name}`);
    }
    if (container.state === "EXITED") break;
    if (!follow || signal.aborted) return;
    const due = container.startedAt + next * LINE_PERIOD;
    await Promise.race([container.ended.promise, sleepQuietly(clock, due - clock.now(), signal)]);
  }
  yield line(container.finishedAt, `level=info msg="exiting" code=${container.exitCode}`);
}

async function sleepQuietly(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(Math.max(0, delay), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function firstLines(container: SimulatedContainer): readonly string[] {
  const { annotations, namespace, name } = container.sandbox.config;
  const scripted = scriptValue(annotations, "log", container.config.name);
  const first = `level=info msg="starting" image=${container.image} pod=${namespace}/${name}`;
  return [first, ...(scripted === undefined ? [] : scripted.replace(/\n$/, "").split("\n"))];
}

/** How many periodic lines there are by now. */
function elapsedLines(container: SimulatedContainer, now: number): number {
  const end = container.state === "EXITED" ? container.finishedAt : now;
  return Math.floor((end - container.startedAt) / LINE_PERIOD);
}

function line(instant: number, text: string): LogLine {
  const seconds = new Date(Math.floor(instant)).toISOString().slice(0, 19);
  const nanoseconds = Math.round((instant % 1000) * 1e6);
  return { timestamp: `${seconds}.${String(nanoseconds).padStart(9, "0")}Z`, stream: "stdout", text, partial: false };
}
