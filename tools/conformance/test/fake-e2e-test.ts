import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cluster } from "@pinnace-tools/e2e";

/** What a spec of the fake program does. */
export type FakeSpec = "pass" | "fail" | "hang" | "hang without mercy" | "crash" | "skip" | "lost" | "set-up fails";

export const specName = (name: string): string => `[sig-apps] Fake ${name} (a.b) [Conformance]`;

/**
 * A program that behaves as `e2e.test` does: it lists itself, runs what `--ginkgo.focus` selects, prints each spec as it
 * begins, and writes a JSON report. Resolves to its path, in a folder of its own.
 */
export function fakeE2eTest(specs: Readonly<Record<string, FakeSpec>>): { path: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "pinnace-fake-e2e-"));
  const path = join(folder, "e2e.test");
  const plan = Object.entries(specs).map(([name, does]) => ({ name: specName(name), does }));
  writeFileSync(path, `#!${process.execPath}\n${PROGRAM.replace("PLAN", JSON.stringify(plan))}`);
  chmodSync(path, 0o755);
  return { path, folder };
}

/** A process in the place of a cluster. */
export function fakeCluster(): Pick<Cluster, "kubeconfig" | "dataDirectory" | "process" | "remove"> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  return {
    kubeconfig: "/nonexistent/kubeconfig",
    dataDirectory: "/nonexistent",
    process: { child, output: () => "", waitFor: () => Promise.reject(new Error("no output")), stop: async () => 0 },
    remove: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

const PROGRAM = `
const fs = require("node:fs");
const plan = PLAN;
const args = process.argv.slice(2);
const value = (flag) => args.filter((each) => each.startsWith(flag + "=")).map((each) => each.slice(flag.length + 1));
if (args.includes("--version")) console.log("v1.36.0");
else if (args.includes("--list-images")) console.log("registry.example/agnhost:2");
else if (args.includes("--list-conformance-tests"))
  for (const { name } of plan) console.log("- codename: '" + name + "'\\n  file: test/e2e/apps/fake.go");
else runSpecs();

function runSpecs() {
  const focus = value("--ginkgo.focus").map((each) => new RegExp(each));
  const chosen = plan.filter(({ name }) => focus.some((each) => each.test("Kubernetes e2e suite " + name)));
  fs.appendFileSync(__dirname + "/started", chosen.map(({ name }) => name + "\\n").join(""));
  const reports = [];
  const write = () => fs.writeFileSync(value("--ginkgo.json-report")[0], JSON.stringify([{ SpecReports: reports }]));
  const add = (name, State, Message) =>
    reports.push({ ContainerHierarchyTexts: ["[sig-apps] Fake"], LeafNodeType: "It",
      LeafNodeText: name.replace("[sig-apps] Fake ", ""), State, Failure: { Message } });
  const next = () => {
    const spec = chosen.shift();
    if (spec === undefined) { write(); return; }
    const { name, does } = spec;
    if (does === "set-up fails") {
      reports.push({ LeafNodeType: "SynchronizedBeforeSuite", State: "failed", Failure: { Message: "no nodes" } });
      add(name, "skipped");
      return next();
    }
    console.log("------------------------------\\n" + name + " [sig-apps, Conformance]\\n  STEP: one");
    if (does === "pass") add(name, "passed");
    if (does === "fail") add(name, "failed", "\\nwanted 1, got 2\\nmore");
    if (does === "skip") add(name, "skipped", "needs two nodes");
    if (does === "crash") { console.error("panic: nil pointer"); process.exit(2); }
    if (does === "hang without mercy") { process.on("SIGINT", () => {}); return setInterval(() => {}, 1000); }
    if (does === "hang") {
      process.on("SIGINT", () => {
        add(name, "interrupted", "Interrupted by User");
        for (const each of chosen) add(each.name, "skipped");
        write();
        process.exit(1);
      });
      return setInterval(() => {}, 1000);
    }
    next();
  };
  next();
}
`;
