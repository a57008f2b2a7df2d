/**
 * From the start of `pinnace up` to a ready API and a first running pod, in an empty folder. From source and from its
 * bundle, with a simulated node and (as root, with containerd, unless `--simulated`) a real one. Peer: kube-apiserver with etcd, until its API is ready.
 */
import { join } from "node:path";
import { findRequirements, PAUSE_IMAGE } from "@pinnace/cri/node";
import { benchOptions } from "../options.ts";
import { missingNote, missingPeers, startUpstream } from "../peers/upstream.ts";
import { publish, type Series } from "../report.ts";
import { startPinnace } from "./pinnace.ts";

const PEER = "kube-apiserver and etcd";
const root = join(import.meta.dirname, "../../../..");
const condition = "--conditions=@pinnace/source";
const forms: Readonly<Record<string, readonly string[]>> = {
  source: [condition, join(root, "apps/pinnace/src/main.ts")],
  bundle: [condition, join(root, "tools/build/src/run-app.ts"), "apps/pinnace"],
};

const {
  rounds,
  smoke,
  peer,
  values: options,
} = benchOptions({
  simulated: { type: "flag", help: "leave the real node out" },
});
const absent = missingPeers(peer);
const notes: string[] = [];
const missing = options.simulated
  ? ["--simulated was given"]
  : process.getuid?.() === 0
    ? findRequirements(process.env.PATH ?? "").missing
    : ["it needs root"];
const nodes: Readonly<Record<string, { readonly flags: readonly string[]; readonly image: string }>> = {
  simulated: { flags: ["--simulated"], image: "web:1" },
  // The pause image comes with every node, so that nothing is pulled.
  ...(missing.length === 0 ? { real: { flags: ["--real"], image: PAUSE_IMAGE } } : {}),
};
if (missing.length > 0) notes.push(`no real node: ${missing.join(", ")}`);
if (absent.length > 0) notes.push(`${missingNote(absent)} (seen elsewhere: 2.5 s to ready)`);

const values = new Map<string, number[]>();
const record = (name: string, value: number): void => void values.set(name, [...(values.get(name) ?? []), value]);

process.env.NODE_COMPILE_CACHE ??= join(root, "node_modules/.cache/pinnace/compile");
await startPinnace(forms.bundle ?? [], ["--simulated"], "web:1"); // makes the bundle
for (let round = 0; round < rounds; round++) {
  if (absent.length === 0) {
    const upstream = await startUpstream(peer);
    record(PEER, upstream.ready);
    await upstream.stop();
  }
  for (const [form, args] of Object.entries(forms))
    for (const [node, { flags, image }] of Object.entries(nodes)) {
      const { ready, running } = await startPinnace(args, flags, image);
      record(`API ready, ${form}, ${node} node`, ready);
      record(`first pod running, ${form}, ${node} node`, running);
    }
}
const series = [...values].map(
  ([name, each]): Series => ({
    name,
    unit: "ms",
    values: each,
    ...(name.startsWith("API ready") ? { against: PEER } : {}),
  }),
);
publish({ scenario: "cold-start", series, notes, smoke });
