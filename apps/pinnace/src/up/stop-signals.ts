/** What sends signals: the process. */
interface SignalSource {
  on(signal: string, listener: () => void): unknown;
}

interface StopSignalOptions {
  readonly write: (text: string) => void;
  /** Milliseconds. */
  readonly now: () => number;
  readonly pid: number;
}

/** Ctrl-C, `kill`, and the end of the terminal. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Milliseconds within which signals count as one: npm passes on what the terminal has sent to the whole group. */
const ONE_KEY_PRESS = 500;

/** Aborts with the first signal and says so at once; who sends more is told what would end the process. */
export function stopOnSignals(source: SignalSource, { write, now, pid }: StopSignalOptions): AbortSignal {
  const stop = new AbortController();
  let last = 0;
  const onSignal = (): void => {
    const isAnother = now() - last > ONE_KEY_PRESS;
    last = now();
    if (!stop.signal.aborted) {
      write("\nstopping ...\n");
      stop.abort();
    } else if (isAnother) {
      write(`still stopping; "kill -9 ${pid}" would end it at once, and the next start would clean up\n`);
    }
  };
  for (const signal of SIGNALS) source.on(signal, onSignal);
  return stop.signal;
}
