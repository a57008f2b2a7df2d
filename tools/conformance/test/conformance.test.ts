import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { runConformance } from "../src/conformance.ts";
import { type Options, parseOptions } from "../src/options.ts";
import type { ConformanceRecord } from "../src/record.ts";
import { type FakeSpec, fakeCluster, fakeE2eTest, specName } from "./fake-e2e-test.ts";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Trial {
  readonly passed: boolean;
  readonly lines: readonly string[];
  readonly record: ConformanceRecord;
  readonly document: string;
  /** Specs in the order that processes began them, over all runs of the place. */
  readonly started: readonly string[];
}

interface Place {
  readonly path: string;
  readonly folder: string;
}

function place(specs: Readonly<Record<string, FakeSpec>>, at?: string): Place {
  const fake = fakeE2eTest(specs);
  folders.push(fake.folder);
  const folder = at ?? mkdtempSync(join(tmpdir(), "pinnace-conformance-test-"));
  if (at === undefined) folders.push(folder);
  return { path: fake.path, folder };
}

async function trial({ path, folder }: Place, options: Partial<Options> = {}, interruptAt?: RegExp): Promise<Trial> {
  const lines: string[] = [];
  const interrupt = new AbortController();
  const parsed = parseOptions(["--e2e-test", path, "--simulated", "--results", folder, "--docs", folder], "/");
  const passed = await runConformance(
    { ...parsed, kubectl: "true", specTimeout: 1_500, ...options },
    {
      root: folder,
      signal: interrupt.signal,
      said: (line) => {
        lines.push(line);
        if (interruptAt?.test(line)) interrupt.abort();
      },
      start: async () => fakeCluster(),
      grace: 300,
    },
  );
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const written = lines.some((line) => line.startsWith("wrote"));
  return {
    passed,
    lines,
    record: written ? (JSON.parse(read("conformance.json")) as ConformanceRecord) : {},
    document: written ? read("conformance.md") : "",
    started: readFileSync(join(path, "../started"), "utf8").trim().split("\n"),
  };
}

const outcomes = ({ record }: Trial): unknown =>
  Object.fromEntries(
    Object.entries(record.simulated?.behaviours ?? {}).map(([name, { outcome, why }]) => [
      name.split(" ")[2],
      why === undefined ? outcome : `${outcome}: ${why}`,
    ]),
  );

test("each spec is told as upstream's report has it", async () => {
  const done = await trial(place({ a: "pass", b: "fail", c: "skip", d: "pass" }));
  expect(done.passed).toBe(false);
  expect(outcomes(done)).toEqual({
    a: "passed",
    b: "failed: wanted 1, got 2",
    c: "not run: needs two nodes",
    d: "passed",
  });
  expect(done.lines).toContain("2 passed, 1 failed, 1 not run, 0 without a result");
  expect(done.document).toContain("Fake b (a.b): `wanted 1, got 2`");
  expect(done.document).toContain("On simulated nodes 2 passed, 1 failed, 1 not run: e2e.test v1.36.0,");
  expect(done.document).toContain("| apps/fake | 2 | 1 | 1 |");
});

test.each<[FakeSpec, string]>([
  ["hang", "failed: timed out after 1.5 s"],
  ["hang without mercy", "failed: timed out after 1.5 s"],
  ["crash", "failed: e2e.test ended with 2 and no report: panic: nil pointer"],
  ["set-up fails", "failed: suite: no nodes"],
  ["lost", "not run: the program has no spec of this name"],
])("a spec that would %s is never passed, and the others are run", async (does, told) => {
  const done = await trial(place({ before: "pass", odd: does, after: "pass" }), { jobs: 1 });
  expect(outcomes(done)).toEqual({ before: "passed", odd: told, after: "passed" });
});

test("a resumed run begins only what has no result, and failures when asked for", async () => {
  const there = place({ a: "pass", b: "fail" });
  const first = await trial(there, { focus: /Fake a/ });
  expect(first.lines.at(-1)).toMatch(/is not written: 1 behaviours have no result yet/);
  const second = await trial(there, { resume: true });
  expect(second.started).toEqual([specName("a"), specName("b")]);
  const third = await trial(there, { resume: true, failed: true });
  expect(third.started).toEqual([specName("a"), specName("b"), specName("b")]);
});

test("an incomplete table is written when asked for, and says what was not reached", async () => {
  const done = await trial(place({ a: "pass", b: "fail" }), { focus: /Fake a/, write: true });
  expect(outcomes(done)).toEqual({ a: "passed", b: "not run: not reached" });
});

test("the document tells what changed since the last one", async () => {
  const first = place({ a: "pass", b: "fail", c: "pass" });
  await trial(first);
  const second = await trial(place({ a: "fail", b: "pass", c: "pass" }, first.folder));
  expect(second.record.simulated?.newlyPassing).toEqual([specName("b")]);
  expect(second.record.simulated?.newlyFailing).toEqual([specName("a")]);
  expect(second.document).toContain("newly failing\n\n- [sig-apps] Fake a (a.b)\n");
});

test("an interrupted run tells its tally, leaves its spec without a result, and nothing running", async () => {
  const there = place({ a: "pass", b: "hang", c: "pass" });
  const done = await trial(there, { jobs: 1, batch: 1, specTimeout: 60_000 }, /^ok .* a /);
  expect(done.passed).toBe(false);
  expect(done.lines).toContain("1 passed, 0 failed, 0 not run, 2 without a result");
});

test.each<[string, Partial<Options>, string]>([
  ["no such program", { e2eTest: "/nowhere/e2e.test" }, "--e2e-test: there is no file /nowhere/e2e.test"],
  ["a folder", { e2eTest: "/usr" }, "--e2e-test: /usr is not a file"],
  ["not executable", { e2eTest: "/etc/passwd" }, "--e2e-test: /etc/passwd is not executable"],
  ["another program", { e2eTest: "/bin/true" }, "/bin/true is not Kubernetes' e2e.test: it lists no conformance tests"],
  [
    "a failing program",
    { e2eTest: "/bin/false" },
    "/bin/false is not Kubernetes' e2e.test: --list-conformance-tests ends with 1",
  ],
  ["no agnhost", { mode: "real" }, "--agnhost is missing: a real node's images are made of this program"],
  ["a wrong agnhost", { mode: "real", agnhost: "/nowhere/agnhost" }, "--agnhost: there is no file /nowhere/agnhost"],
  ["no kubectl", { kubectl: "/nowhere/kubectl" }, "/nowhere/kubectl is no kubectl: it cannot be run"],
  ["a focus in vain", { focus: /nothing/ }, "--focus nothing matches no behaviour"],
  ["no place for results", { results: "/etc/passwd/results" }, "results cannot be kept in /etc/passwd/results"],
])("%s is told in one line, before anything is started", async (_, options, line) => {
  await expect(trial(place({ a: "pass" }), options)).rejects.toThrow(line);
});

test("a cluster that cannot start is told with its own words", async () => {
  const { path, folder } = place({ a: "pass" });
  const options = { ...parseOptions(["--e2e-test", path, "--simulated", "--results", folder], "/"), kubectl: "true" };
  const running = runConformance(options, {
    root: folder,
    signal: new AbortController().signal,
    said: () => undefined,
    start: () => Promise.reject(new Error("the cluster does not start: port 6443 is in use")),
  });
  await expect(running).rejects.toThrow("the cluster does not start: port 6443 is in use");
});

test("a cluster that ends takes no spec for failed, and is started again to clear away what it left", async () => {
  const { path, folder } = place({ a: "hang" });
  const cluster = fakeCluster();
  setTimeout(() => cluster.process.child.kill("SIGKILL"), 500);
  const lines: string[] = [];
  const started: (string | undefined)[] = [];
  const options = { ...parseOptions(["--e2e-test", path, "--simulated", "--results", folder], "/"), kubectl: "true" };
  const running = runConformance(options, {
    root: folder,
    signal: new AbortController().signal,
    said: (line) => lines.push(line),
    start: async (_mode, dataDirectory) => {
      started.push(dataDirectory);
      return started.length === 1 ? cluster : fakeCluster();
    },
    grace: 300,
  });
  await expect(running).rejects.toThrow("the cluster ended while specs ran");
  expect(started).toEqual([undefined, cluster.dataDirectory]);
  expect(lines.filter((line) => /FAILED|ok/.test(line))).toEqual([]);
});
