import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { stopOnSignals } from "../src/up/stop-signals.ts";

function listen(): { process: EventEmitter; signal: AbortSignal; text: () => string; pass: (ms: number) => void } {
  const process = new EventEmitter();
  let [text, time] = ["", 1_000];
  const write = (more: string): void => {
    text += more;
  };
  const signal = stopOnSignals(process, { write, now: () => time, pid: 7 });
  return {
    process,
    signal,
    text: () => text,
    pass: (ms) => {
      time += ms;
    },
  };
}

it.each(["SIGINT", "SIGTERM", "SIGHUP"])("stops with %s", (name) => {
  const { process, signal, text } = listen();
  expect(signal.aborted).toBe(false);
  process.emit(name);
  expect(signal.aborted).toBe(true);
  expect(text()).toBe("\nstopping ...\n");
});

it("takes one key press for one signal, and tells the impatient what would help", () => {
  const { process, text, pass } = listen();
  process.emit("SIGINT");
  process.emit("SIGINT");
  expect(text()).toBe("\nstopping ...\n");
  pass(2_000);
  process.emit("SIGINT");
  expect(text()).toContain('still stopping; "kill -9 7"');
});
