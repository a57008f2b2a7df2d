import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@pinnace/errors";
import { expect, test } from "vitest";
import { readOptions, runCommand, UsageError } from "../src/index.ts";

async function ran(command: Parameters<typeof runCommand>[1]) {
  const lines: string[] = [];
  const code = await runCommand({ name: "test", tell: (line) => lines.push(line) }, command);
  return { code, lines };
}

test("gives a folder that is gone afterwards", async () => {
  let seen = "";
  const { code } = await ran(async ({ folder }) => {
    writeFileSync(join(folder, "a"), "");
    seen = folder;
    return 3;
  });
  expect(code).toBe(3);
  expect(existsSync(seen)).toBe(false);
});

const noSpace = (): Error =>
  Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });

test.each([
  [
    "input that cannot be used",
    new CodedError("X", "no such thing", { remedy: "look elsewhere" }),
    2,
    "error: no such thing (look elsewhere)",
  ],
  ["a full disk", noSpace(), 1, "error: ENOSPC: no space left on device, write"],
  [
    "a wrong option",
    new UsageError("Unknown option '--x'", "npm run it"),
    2,
    "error: Unknown option '--x' (usage: npm run it)",
  ],
])("tells %s in one line", async (_, error, code, line) => {
  expect(await ran(() => Promise.reject(error))).toEqual({ code, lines: [line] });
});

test("keeps the stack of a bug", async () => {
  const { code, lines } = await ran(() => Promise.reject(new TypeError("x is undefined")));
  expect(code).toBe(1);
  expect(lines[0]).toMatch(/^TypeError: x is undefined\n +at /);
});

test("an interruption aborts the signal, and the command ends with 130 whatever it says", async () => {
  const listeners = process.listenerCount("SIGTERM");
  const interrupted = (end: () => Promise<number>) =>
    ran(async ({ signal }) => {
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      process.emit("SIGTERM", "SIGTERM");
      await aborted;
      return end();
    });
  expect(await interrupted(async () => 0)).toEqual({ code: 130, lines: ["interrupted"] });
  expect(await interrupted(() => Promise.reject(new Error("killed")))).toEqual({ code: 130, lines: ["interrupted"] });
  expect(process.listenerCount("SIGTERM")).toBe(listeners);
});

test("reads options, and says what is wrong with them in one line", () => {
  const options = { only: { type: "string" }, ci: { type: "boolean" } } as const;
  expect(readOptions(["--only", "x", "--ci"], options, "u")).toEqual({ only: "x", ci: true });
  expect(() => readOptions(["--oly"], options, "u")).toThrow("Unknown option '--oly'");
  expect(() => readOptions(["x"], options, "u")).toThrow(UsageError);
});
