/** Step-by-step progress for people: one line per step, with the time it took. */
export interface Progress {
  /** Runs a step and prints its line when it is done, or that it failed. Rejects with the signal's reason instead of a start. */
  step<T>(text: string, run: () => Promise<T>): Promise<T>;
  /** A line of its own. */
  note(text: string): void;
}

interface ProgressOptions {
  readonly write: (text: string) => void;
  readonly now: () => number;
  /** Colours; off when the output is no terminal or `NO_COLOR` is set. */
  readonly color: boolean;
  /** Keeps further steps from starting. */
  readonly signal?: AbortSignal;
}

export function createProgress({ write, now, color, signal }: ProgressOptions): Progress {
  const paint = (code: number, text: string): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    async step(text, run) {
      signal?.throwIfAborted();
      const started = now();
      try {
        const result = await run();
        write(`${paint(32, "✓")} ${text} ${paint(2, `(${Math.round(now() - started)} ms)`)}\n`);
        return result;
      } catch (error) {
        write(`${paint(31, "✗")} ${text}\n`);
        throw error;
      }
    },
    note: (text) => write(`${text}\n`),
  };
}
