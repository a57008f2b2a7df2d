/**
 * A cluster inside a test, from importing `@pinnace/testing` to three running pods in the first, second and tenth
 * cluster. From source and from one bundled file. Peer: kube-apiserver with etcd (what envtest starts), until its API is ready.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { start } from "../child.ts";
import { startUpstream } from "../cold-start/upstream.ts";
import { benchOptions } from "../options.ts";
import { publish, type Series } from "../report.ts";
import type { Measured } from "./program.ts";

const PEER = "kube-apiserver and etcd";
const options = benchOptions();
const [etcd, apiServer] = [options.peer("etcd"), options.peer("kube-apiserver")];
const notes =
  etcd === undefined || apiServer === undefined
    ? ["no peer: kube-apiserver and etcd are neither on PATH nor in --peers (published: envtest takes about 7 s)"]
    : [];
const source = join(import.meta.dirname, "program.ts");
const folder = mkdtempSync(join(tmpdir(), "bench-testing-"));
await build({
  entryPoints: [source],
  outdir: folder,
  outExtension: { ".js": ".mjs" },
  ...{ bundle: true, splitting: true, format: "esm", platform: "node", target: "node24", logLevel: "error" },
  conditions: ["@pinnace/source"],
  mainFields: ["module", "main"],
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
  },
});
const forms: Readonly<Record<string, readonly string[]>> = {
  source: ["--conditions=@pinnace/source", source],
  bundle: [join(folder, "program.mjs")],
};

const values = new Map<string, number[]>();
const record = (name: string, value: number): void => void values.set(name, [...(values.get(name) ?? []), value]);
try {
  for (let round = 0; round < options.rounds; round++) {
    if (etcd !== undefined && apiServer !== undefined) record(PEER, await startUpstream(etcd, apiServer));
    for (const [form, args] of Object.entries(forms)) {
      const measured = JSON.parse(await start(process.execPath, args).finished()) as Measured;
      record(`import, ${form}`, measured.import);
      for (const [index, name] of ["first", "second", "tenth"].entries()) {
        const cluster = measured.clusters[index === 2 ? 9 : index];
        if (cluster === undefined) continue;
        record(`${name} cluster: API ready, ${form}`, cluster.ready);
        record(`${name} cluster: 3 pods running, ${form}`, cluster.running);
        record(`${name} cluster: processor time, ${form}`, cluster.processor);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
const series = [...values].map(
  ([name, each]): Series => ({
    name,
    unit: "ms",
    values: each,
    ...(name.includes("API ready") ? { against: PEER } : {}),
  }),
);
publish({ scenario: "testing", series, notes });
