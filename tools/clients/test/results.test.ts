import { expect, test } from "vitest";
import type { Client, Family } from "../src/client.ts";
import { asReport } from "../src/clients/workload-report.ts";
import { runJsonLines } from "../src/json-lines.ts";
import { countFailures, runClients } from "../src/run-clients.ts";
import { createRecorder, type Recorder, STEPS } from "../src/steps.ts";
import { renderTable } from "../src/table.ts";

const client = (name: string, run: (recorder: Recorder) => Promise<void>, lacks = {}): Client => ({
  name,
  version: "1",
  lacks,
  run: (_ground, recorder) => run(recorder),
});

const family = (...found: Awaited<ReturnType<Family["find"]>>): Family => ({
  name: "family",
  ci: true,
  find: async () => found,
});

const options = { kubeconfig: "/nowhere", heard: () => undefined };

const allPass = async ({ step }: Recorder): Promise<void> => {
  for (const name of STEPS) await step(name, async () => undefined);
};

test("a step that is lost on the way has failed, one that a client lacks has not", async () => {
  const broken = client(
    "broken",
    async ({ step }) => {
      await step("discover", async () => undefined);
      throw new Error("the program crashed\nwith details");
    },
    { exec: "needs a protocol upgrade" },
  );
  const results = await runClients([family(broken)], options);
  const outcomes = results.clients[0]?.outcomes;
  expect(outcomes?.get("discover")).toEqual({ kind: "passed" });
  expect(outcomes?.get("exec")).toEqual({ kind: "not run", why: "needs a protocol upgrade" });
  expect(outcomes?.get("get")).toEqual({ kind: "failed", why: "the program crashed\nwith details" });
  expect(countFailures(results)).toBe(STEPS.length - 2);
});

test("each client gets a namespace of its own", async () => {
  const seen: string[] = [];
  const watching = (name: string): Client => ({
    ...client(name, allPass),
    run: async ({ namespace }, recorder) => {
      seen.push(namespace);
      await allPass(recorder);
    },
  });
  await runClients([family(watching("kubectl 1.33"), watching("HTTP/2"))], options);
  expect(seen).toEqual(["clients-kubectl-1-33", "clients-http-2"]);
});

test("a step that failed once has failed", async () => {
  const { outcomes, step } = createRecorder(() => undefined);
  await step("get", () => Promise.reject(new Error("no")));
  await step("get", async () => undefined);
  expect(outcomes.get("get")).toEqual({ kind: "failed", why: "no" });
});

test("the table tells every client, also a missing one, and why a cell is not passed", async () => {
  const failing = client("failing", async (recorder) => {
    await allPass(recorder);
    await recorder.step("get", () => Promise.reject(new Error("a | b\nsecond line")));
    await recorder.step("informer", async () => undefined);
  });
  const found = family(client("good", allPass), failing, { name: "Helm", why: "no helm on PATH" });
  const text = renderTable(await runClients([found], options), { version: "v1.2.3", date: "2026-11-24" });
  expect(text).toContain("on 2026-11-24 against v1.2.3");
  expect(text).toContain("| Helm | not run: no helm on PATH |");
  expect(text).toContain("| get | passed | FAILED |");
  expect(text).toContain("- failing, get: FAILED: a | b\n");
  expect(text).toContain("- failing: informer (passed)");
});

test("a client without any step of the scenario has no column, and its reason is told once", async () => {
  const lacks = Object.fromEntries(STEPS.map((step) => [step, "no command"]));
  const own = client("Helm", async ({ step }) => void (await step("install", async () => undefined)), lacks);
  const results = await runClients([family(client("good", allPass), own)], options);
  const text = renderTable(results, { version: "v1.2.3", date: "2026-11-24" });
  expect(text).toContain("| step | good |\n");
  expect(text).toContain("- Helm: install (passed)");
  expect(text).toContain(`- Helm, not run (no command): ${STEPS.join("; ")}`);
});

test("the workload's steps are the scenario's steps, or a client's own", async () => {
  const { outcomes, ...recorder } = createRecorder(() => undefined);
  const report = asReport(recorder);
  await report.step("label: apply", async () => undefined);
  await report.step("label: describe", async () => undefined);
  await report.step("label: unknown object", () => Promise.reject(new Error("no")));
  report.skip("label: exec", "no reason");
  expect([...outcomes]).toEqual([
    ["apply, client side", { kind: "passed" }],
    ["describe", { kind: "passed" }],
    ["not found", { kind: "failed", why: "no" }],
    ["exec", { kind: "not run", why: "no reason" }],
  ]);
  expect([report.passed, report.failed, report.skipped]).toEqual([2, 1, ["label: exec"]]);
});

test("programs of other languages tell a step per line", async () => {
  const { outcomes, ...recorder } = createRecorder(() => undefined);
  const script = `console.log('{"step":"get"}\\n{"step":"watch","error":"no event"}'); process.exitCode = 3;`;
  const running = runJsonLines(process.execPath, ["-e", script], recorder);
  await expect(running).rejects.toThrow("ended with 3");
  expect([...outcomes]).toEqual([
    ["get", { kind: "passed" }],
    ["watch", { kind: "failed", why: "no event" }],
  ]);
});
