/**
 * A cluster inside a test, from importing `@pinnace/testing` to three running pods in the first, second and tenth
 * cluster. From source and from one bundled file. Peer: kube-apiserver with etcd (what envtest starts), until its API is ready.
 */
import { join } from "node:path";
import { build } from "esbuild";
import { start } from "../child.ts";
import { benchOptions } from "../options.ts";
import { missingNote, missingPeers, startUpstream } from "../peers/upstream.ts";
import { publish, type Series } from "../report.ts";
import { removeFolder, temporaryFolder } from "../resources.ts";
import type { Measured } from "./program.ts";

const PEER = "kube-apiserver and etcd";
const { rounds, smoke, peer } = benchOptions();
const absent = missingPeers(peer);
const notes = absent.length > 0 ? [`${missingNote(absent)} (published: envtest takes about 7 s)`] : [];
const source = join(import.meta.dirname, "program.ts");
const folder = temporaryFolder("testing");
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
  for (let round = 0; round < rounds; round++) {
    if (absent.length === 0) {
      const upstream = await startUpstream(peer);
      record(PEER, upstream.ready);
      await upstream.stop();
    }
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
  removeFolder(folder);
}
const series = [...values].map(
  ([name, each]): Series => ({
    name,
    unit: "ms",
    values: each,
    ...(name.includes("API ready") ? { against: PEER } : {}),
  }),
);
publish({ scenario: "testing", series, notes, smoke });
