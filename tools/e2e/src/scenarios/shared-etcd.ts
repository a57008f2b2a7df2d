import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, PINNACE, startCluster } from "../cluster.ts";
import { type Etcd, etcdObstacle, startEtcd } from "../etcd.ts";
import { expectEqual, expectMatch } from "../expect.ts";
import { createSession, type Kubectl, type Session } from "../kubectl.ts";
import { type Background, eventually, type Finished, run, start } from "../process.ts";
import type { Report } from "../report.ts";

/** A lease is taken over after 15 s; then come the start of what it is for and a slow machine, milliseconds. */
const TAKE_OVER = 25_000;
const LEASES = ["kube-controller-manager", "kube-scheduler"];
const SERVICES = 15;

/** One process, and kubectl that speaks with it. */
interface Member {
  cluster: Cluster;
  session: Session;
}

interface Pair {
  readonly kubectl: Kubectl;
  readonly etcd: Etcd;
  readonly first: Member;
  readonly second: Member;
  readonly watch: Background;
}

/**
 * Two processes on one etcd, as on two machines: the leader is killed, the other one takes over, the killed one returns. The
 * nodes are the second one's, so that they outlive the first.
 */
export async function runSharedEtcd(report: Report, kubectl: Kubectl): Promise<void> {
  const why = etcdObstacle();
  if (why !== "") return report.skip("two processes on one etcd", why);
  const folders: string[] = [];
  const undo: (() => Promise<unknown>)[] = [];
  const pairs: Pair[] = [];
  await report.step(
    "shared etcd: two processes start on it, by TLS with client certificates",
    async () => void pairs.push(await startPair(kubectl, folders, undo)),
  );
  try {
    for (const pair of pairs)
      for (const [name, step] of STEPS) await report.step(`shared etcd: ${name}`, () => step(pair));
  } finally {
    for (const step of undo.reverse()) await step().catch(() => undefined); // a failure has been reported by then
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

async function startPair(kubectl: Kubectl, folders: string[], undo: (() => Promise<unknown>)[]): Promise<Pair> {
  const etcd = await startEtcd();
  undo.push(() => etcd.stop());
  const begin = async (args: readonly string[], dataDirectory: string): Promise<Member> => {
    const cluster = await startCluster({ args: [...args, ...etcd.flags], dataDirectory });
    const member: Member = { cluster, session: createSession(kubectl, cluster.kubeconfig, "default") };
    undo.push(() => member.cluster.process.stop("SIGKILL"));
    return member;
  };
  for (const name of ["first", "second"]) folders.push(mkdtempSync(join(tmpdir(), `pinnace-e2e-${name}-`)));
  const [here = "", there = ""] = folders;
  const first = await begin(["--nodes", "0"], here);
  await eventually(() => expectLeader(first, first));
  cpSync(join(here, "pki"), join(there, "pki"), { recursive: true });
  const second = await begin(["--nodes", "2"], there);
  const path = "/api/v1/namespaces/default/configmaps?watch=true&allowWatchBookmarks=true";
  const watch = start(kubectl.path, ["--kubeconfig", second.cluster.kubeconfig, "get", "--raw", path], {
    env: { HOME: there },
  });
  undo.push(() => watch.stop("SIGKILL"));
  return { kubectl, etcd, first, second, watch };
}

type Step = readonly [name: string, run: (pair: Pair) => Promise<void>];

const STEPS: readonly Step[] = [
  [
    "a Deployment that was made on one runs on the other's nodes",
    async ({ first, second }) => {
      await first.session.ok(["create", "deployment", "web", "--image=web:1", "--replicas=3"]);
      await second.session.ok(["rollout", "status", "deployment/web", "--timeout=60s"]);
    },
  ],
  ["each shows at once what the other has acknowledged", showAtOnce],
  ["Services that are made on both at once never share an address or a port", makeServices],
  ["why: the leader explains, the other says who leads", askWhy],
  ["the other takes over when the leader is killed", takeOver],
  [
    "it scales what the killed one made",
    async ({ second }) => {
      await second.session.ok(["scale", "deployment/web", "--replicas=5"]);
      await second.session.ok(["rollout", "status", "deployment/web", "--timeout=60s"]);
    },
  ],
  ["the killed one returns, and does not lead", comeBack],
  ["a watch on the other saw everything, once and in order", watchedAll],
  [
    "the leader hands over when it ends with Ctrl-C",
    async ({ first, second }) => {
      await second.cluster.stop();
      await eventually(() => expectLeader(first, first), 10_000);
      await first.cluster.stop();
    },
  ],
];

/** Host and port of a process are in its identity. */
async function expectLeader({ session }: Member, { cluster }: Member): Promise<void> {
  const { port } = new URL(cluster.server);
  for (const name of LEASES) {
    const holder = await session.ok([
      "get",
      "lease",
      name,
      "-n",
      "kube-system",
      "-o",
      "jsonpath={.spec.holderIdentity}",
    ]);
    expectMatch(holder, new RegExp(`:${port}_`), `holder of ${name}`);
  }
}

async function createConfigMaps(writer: Member, reader: Member, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await writer.session.ok(["create", "configmap", name]);
    expectMatch(await reader.session.ok(["get", "configmaps", "-o", "name"]), new RegExp(`configmap/${name}$`, "m"));
  }
}

async function showAtOnce({ first, second }: Pair): Promise<void> {
  await createConfigMaps(first, second, ["a1", "a2", "a3"]);
  await createConfigMaps(second, first, ["b1", "b2", "b3"]);
}

async function makeServices({ first, second }: Pair): Promise<void> {
  const make = (member: Member, prefix: string): Promise<string> => {
    const items = Array.from({ length: SERVICES }, (_, index) => ({
      ...{ apiVersion: "v1", kind: "Service", metadata: { name: `${prefix}${index}` } },
      spec: { type: "NodePort", ports: [{ port: 80 }] },
    }));
    const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    return member.session.ok(["create", "-f", "-"], { stdin });
  };
  await Promise.all([make(first, "x"), make(second, "y")]);
  for (const path of ["{.spec.clusterIP}", "{.spec.ports[0].nodePort}"]) {
    const text = await second.session.ok(["get", "services", "-o", `jsonpath={range .items[*]}${path} {end}`]);
    const values = text.trim().split(/\s+/);
    expectEqual(new Set(values).size, values.length, `different ${path} of ${text}`);
  }
}

async function askWhy({ first, second }: Pair): Promise<void> {
  const [pod = ""] = (await first.session.ok(["get", "pods", "-l", "app=web", "-o", "name"])).split("\n");
  const why = ({ cluster }: Member): Promise<Finished> =>
    run(process.execPath, [...PINNACE, "why", pod.replace("pod/", ""), "--kubeconfig", cluster.kubeconfig]);
  const leader = await why(first);
  expectMatch(leader.stdout, /is on node sim-\d\.\n(.*\n)*Attempt 1,/, `standard output\n${leader.stderr}`);
  const standby = await why(second);
  expectEqual(standby.code, 1, `exit code\n${standby.stdout}`);
  const { port } = new URL(first.cluster.server);
  expectMatch(standby.stderr, new RegExp(`on standby .*"\\S+:${port}_\\S+" holds Lease kube-system/kube-scheduler`));
}

async function takeOver({ first, second }: Pair): Promise<void> {
  await first.cluster.process.stop("SIGKILL");
  await createConfigMaps(second, second, ["c1"]);
  await eventually(() => expectLeader(second, second), TAKE_OVER);
}

async function comeBack({ first, second, kubectl, etcd }: Pair): Promise<void> {
  const { dataDirectory } = first.cluster;
  first.cluster = await startCluster({ args: ["--nodes", "0", ...etcd.flags], dataDirectory });
  first.session = createSession(kubectl, first.cluster.kubeconfig, "default");
  const ready = await first.session.ok(["get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"]);
  expectEqual(ready, "5", "ready replicas");
  await createConfigMaps(first, second, ["d1", "d2"]);
  await expectLeader(first, second);
}

interface Event {
  readonly type: string;
  readonly object: { readonly metadata: { readonly name?: string; readonly resourceVersion: string } };
}

async function watchedAll({ watch }: Pair): Promise<void> {
  await watch.waitFor(/"name":"d2"/, 10_000);
  const lines = watch.output().split("\n");
  const events = lines.filter((line) => line.endsWith("}")).map((line) => JSON.parse(line) as Event);
  const seen = events.filter(({ type, object }) => type === "ADDED" && object.metadata.name !== "kube-root-ca.crt");
  const names = ["a1", "a2", "a3", "b1", "b2", "b3", "c1", "d1", "d2"];
  expectEqual(
    seen.map(({ object }) => object.metadata.name),
    names,
    "ADDED events",
  );
  const revisions = events.map(({ object }) => Number(object.metadata.resourceVersion));
  expectEqual(
    revisions.toSorted((a, b) => a - b),
    revisions,
    "order of resourceVersions",
  );
}
