import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const MAIN = join(import.meta.dirname, "../src/main.ts");

/** Of a process: who was started by it, where the system tells. */
function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
}

describe.skipIf(!existsSync(`/proc/${process.pid}/task/${process.pid}/children`))("a benchmark", () => {
  it("ends what it started when it is interrupted, also by the second of two signals", {
    timeout: 60_000,
  }, async () => {
    const bench = spawn(process.execPath, [
      "--conditions=@pinnace/source",
      MAIN,
      "watchers",
      "--smoke",
      "--seconds",
      "60",
    ]);
    let errors = "";
    bench.stderr.on("data", (text) => {
      errors += text;
    });
    let started: string[] = [];
    while (started.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      started = childrenOf(bench.pid!);
    }
    bench.kill("SIGINT");
    bench.kill("SIGTERM");
    const [code] = await once(bench, "close");
    expect([code, errors]).toEqual([130, "bench: interrupted; everything that was started is being stopped\n"]);
    expect(started.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });
});
