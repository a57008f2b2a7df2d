import { get } from "node:http";
import { expectEqual, expectMatch } from "../expect.ts";
import type { Session } from "../kubectl.ts";
import { webManifest } from "../manifests.ts";
import { eventually, start } from "../process.ts";
import type { Report } from "../report.ts";

interface WorkloadOptions {
  /** Goes before the name of each step: `simulated kubectl 1.33`. */
  readonly label: string;
  readonly image: string;
  /** Containers are real: what they serve and print can be compared. */
  readonly real: boolean;
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly phase: string; readonly podIP?: string };
}

async function pods(session: Session): Promise<readonly Pod[]> {
  const { items } = JSON.parse(await session.ok(["get", "pods", "-l", "app=web", "-o", "json"])) as { items: Pod[] };
  return items;
}

async function firstPod(session: Session): Promise<string> {
  const [pod] = await pods(session);
  if (pod === undefined) throw new Error("there is no pod");
  return pod.metadata.name;
}

/** Whether this kubectl is at least of that minor version. */
const atLeast = (session: Session, minor: number): boolean => Number(session.kubectl.version.split(".")[1]) >= minor;

type Step = readonly [name: string, run: (session: Session, options: WorkloadOptions) => Promise<void>];

const looks: readonly Step[] = [
  [
    "version",
    async (session) => {
      expectMatch(await session.ok(["version", "-o", "json"]), /"gitVersion": "v1\.36\.3\+pinnace\.0"/);
    },
  ],
  ["cluster-info", async (session) => void expectMatch(await session.ok(["cluster-info"]), /running at .*https:\/\//)],
  [
    "api-resources",
    async (session) => {
      const text = await session.ok(["api-resources"]);
      expectMatch(text, /^deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/m);
      expectMatch(text, /^pods\s+po\s+v1\s+true\s+Pod/m);
    },
  ],
];

const creation: readonly Step[] = [
  [
    "apply",
    async (session, { image }) => {
      const text = await session.ok(["apply", "-f", "-"], { stdin: webManifest(image) });
      expectMatch(text, /deployment.apps\/web created/);
    },
  ],
  [
    "rollout status",
    async (session) => {
      expectMatch(await session.ok(["rollout", "status", "deployment/web"]), /successfully rolled out/);
    },
  ],
  [
    "apply again changes nothing",
    async (session, { image }) => {
      const text = await session.ok(["apply", "-f", "-"], { stdin: webManifest(image) });
      expectEqual(text.match(/unchanged/g)?.length, 3, "unchanged objects");
    },
  ],
  [
    "create and its repetition",
    async (session) => {
      await session.ok(["create", "configmap", "made", "--from-literal=a=b"]);
      const again = await session.any(["create", "configmap", "made", "--from-literal=a=b"]);
      expectEqual(again.code, 1, "exit code");
      expectMatch(again.stderr, /configmaps "made" already exists/);
    },
  ],
];

const reading: readonly Step[] = [
  [
    "get pods",
    async (session) => {
      const text = await session.ok(["get", "pods", "-l", "app=web"]);
      expectMatch(text, /^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE$/m);
      expectEqual(text.match(/1\/1\s+Running/g)?.length, 3, "running pods");
    },
  ],
  [
    "get -o wide|yaml|json",
    async (session) => {
      expectMatch(await session.ok(["get", "pods", "-o", "wide"]), /NODE\s+NOMINATED NODE\s+READINESS GATES/);
      expectMatch(await session.ok(["get", "deployment", "web", "-o", "yaml"]), /availableReplicas: 3/);
      const service = JSON.parse(await session.ok(["get", "service", "web", "-o", "json"])) as {
        spec: { clusterIP: string };
      };
      expectMatch(service.spec.clusterIP, /^10\.96\./, "cluster IP");
      expectMatch(await session.ok(["get", "nodes", "-o", "wide"]), /Ready/);
    },
  ],
  [
    "describe",
    async (session) => {
      const deployment = await session.ok(["describe", "deployment", "web"]);
      expectMatch(deployment, /Replicas:\s+3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable/);
      expectMatch(deployment, /ScalingReplicaSet/);
      expectMatch(await session.ok(["describe", "pod", await firstPod(session)]), /Started\s.*container/i);
      expectMatch(await session.ok(["describe", "service", "web"]), /Endpoints:\s+10\.244\./);
      expectMatch(await session.ok(["describe", "node"]), /Allocatable:/);
    },
  ],
  ["get events", async (session) => void expectMatch(await session.ok(["get", "events"]), /SuccessfulCreate/)],
  [
    "logs",
    async (session, { real }) => {
      const text = await eventually(async () => {
        const printed = await session.ok(["logs", await firstPod(session)]);
        if (printed === "") throw new Error("no log yet");
        return printed;
      });
      if (real) expectMatch(text, /^serving hello$/m);
      const tail = await session.ok(["logs", "deployment/web", "--tail=1", "--timestamps"]);
      expectMatch(tail, /^\d{4}-\d\d-\d\dT\S+Z /m);
    },
  ],
];

async function portForward(session: Session): Promise<void> {
  const forward = start(session.kubectl.path, [...session.base, "port-forward", await firstPod(session), ":8080"]);
  try {
    const [, port] = await forward.waitFor(/Forwarding from 127\.0\.0\.1:(\d+) -> 8080/, 20_000);
    const body = await new Promise<string>((resolve, reject) => {
      const request = get({ host: "127.0.0.1", port, path: "/index.html", agent: false }, (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve(text));
      });
      request.setTimeout(10_000, () => request.destroy(new Error(`no answer:\n${forward.output()}`)));
      request.on("error", reject);
    });
    if (body === "") throw new Error(`an empty answer:\n${forward.output()}`);
  } finally {
    await forward.stop("SIGINT");
  }
}

async function watchADeletion(session: Session): Promise<void> {
  const victim = await firstPod(session);
  const watch = start(session.kubectl.path, [...session.base, "get", "pods", "-l", "app=web", "-w"]);
  try {
    await watch.waitFor(new RegExp(victim), 20_000);
    await session.ok(["delete", "pod", victim]);
    await watch.waitFor(new RegExp(`${victim}\\s+\\S+\\s+Terminating`), 20_000);
    await eventually(async () => {
      const names = (await pods(session)).map((pod) => `${pod.metadata.name}/${pod.status.phase}`);
      if (names.length !== 3 || names.some((name) => !name.endsWith("/Running") || name.startsWith(victim))) {
        throw new Error(`not replaced: ${names}`);
      }
    });
  } finally {
    await watch.stop("SIGINT");
  }
}

const acting: readonly Step[] = [
  [
    "exec",
    async (session) => {
      const pod = await firstPod(session);
      expectMatch(await session.ok(["exec", pod, "--", "cat", "/etc/web/greeting"]), /^hello$/m);
      expectMatch(await session.ok(["exec", pod, "--", "env"]), /^GREETING=hello$/m);
      expectMatch(
        await session.ok(["exec", "-i", pod, "--", "cat"], { stdin: "over standard input" }),
        /over standard input/,
      );
      const failing = await session.any(["exec", pod, "--", "sh", "-c", "exit 7"]);
      expectEqual(failing.code, 7, "exit code");
    },
  ],
  ["port-forward", portForward],
  ["get -w while a pod is deleted and replaced", watchADeletion],
  [
    "scale",
    async (session) => {
      await session.ok(["scale", "deployment/web", "--replicas=5"]);
      await session.ok(["rollout", "status", "deployment/web"]);
      expectEqual((await pods(session)).length, 5, "pods");
      await session.ok(["scale", "deployment/web", "--replicas=2"]);
      await eventually(async () => expectEqual((await pods(session)).length, 2, "pods"));
    },
  ],
  [
    "server-side apply and its conflict",
    async (session) => {
      const map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ssa}\ndata: {a: '1'}\n";
      await session.ok(["apply", "--server-side", "--field-manager=one", "-f", "-"], { stdin: map });
      const other = map.replace("'1'", "'2'");
      const conflict = await session.any(["apply", "--server-side", "--field-manager=two", "-f", "-"], {
        stdin: other,
      });
      expectEqual(conflict.code, 1, "exit code");
      expectMatch(conflict.stderr, /Apply failed with 1 conflict: conflict with "one"/);
      await session.ok(["apply", "--server-side", "--force-conflicts", "--field-manager=two", "-f", "-"], {
        stdin: other,
      });
    },
  ],
  [
    "a new template is rolled out and undone",
    async (session) => {
      await session.ok(["set", "env", "deployment/web", "EXTRA=1"]);
      await session.ok(["rollout", "status", "deployment/web"]);
      expectMatch(await session.ok(["rollout", "history", "deployment/web"]), /^2\s/m);
      await session.ok(["rollout", "undo", "deployment/web"]);
      await session.ok(["rollout", "status", "deployment/web"]);
    },
  ],
];

const refusals: readonly Step[] = [
  ["malformed YAML", (session) => refused(session, ["apply", "-f", "-"], "a: [", /error parsing|yaml/i)],
  [
    "wrong kind",
    (session) =>
      refused(
        session,
        ["apply", "-f", "-"],
        "apiVersion: v1\nkind: Nope\nmetadata: {name: a}\n",
        /no matches for kind "Nope"/,
      ),
  ],
  [
    "unknown field",
    (session) =>
      refused(
        session,
        ["apply", "-f", "-"],
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nextra: 1\n",
        /unknown field/,
      ),
  ],
  [
    "missing required field",
    (session) =>
      refused(
        session,
        ["create", "-f", "-"],
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n",
        /spec.containers\[0\].image: Required value/,
      ),
  ],
  [
    "immutable field",
    (session) =>
      refused(
        session,
        ["patch", "deployment", "web", "-p", '{"spec":{"selector":{"matchLabels":{"app":"x"}}}}'],
        "",
        /field is immutable|selector/,
      ),
  ],
  [
    "conflict",
    (session) => {
      const old = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, resourceVersion: "1"}\n';
      return refused(session, ["replace", "-f", "-"], old, /Operation cannot be fulfilled on configmaps "web"/);
    },
  ],
  [
    "too large a body",
    (session) => {
      const large = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: large}\ndata: {a: ${"x".repeat(4_000_000)}}\n`;
      return refused(session, ["create", "-f", "-"], large, /[Tt]oo large/);
    },
  ],
  ["unknown object", (session) => refused(session, ["get", "pod", "nope"], "", /pods "nope" not found/)],
  [
    "unknown namespace",
    (session) => refused(session, ["create", "configmap", "a", "-n", "nope"], "", /namespaces "nope" not found/),
  ],
];

async function refused(session: Session, args: readonly string[], stdin: string, message: RegExp): Promise<void> {
  const { code, stderr } = await session.any(args, { stdin });
  expectEqual(code, 1, "exit code");
  expectMatch(stderr, message, "standard error");
}

const ending: readonly Step[] = [
  [
    "delete",
    async (session, { image }) => {
      await session.ok(["delete", "-f", "-"], { stdin: webManifest(image) });
      await eventually(async () => expectEqual((await pods(session)).length, 0, "pods"));
    },
  ],
];

/** The life of a Deployment, Service and ConfigMap as a user of kubectl lives it, in a namespace of its own. */
export async function runWorkload(session: Session, options: WorkloadOptions, report: Report): Promise<void> {
  const { label } = options;
  const prepared = await report.step(`${label}: create namespace`, async () => {
    await session.ok(["create", "namespace", session.namespace]);
  });
  if (!prepared) return;
  const basics = [...looks, ...creation, ...reading, ...acting, ...refusals, ...ending];
  const steps = atLeast(session, 27) ? basics : basics.filter(([name]) => !MODERN.has(name));
  for (const [name, run] of steps) await report.step(`${label}: ${name}`, () => run(session, options));
  await report.step(`${label}: delete namespace`, async () => {
    await session.ok(["delete", "namespace", session.namespace, "--timeout=60s"]);
  });
}

/** Steps that the oldest kubectl words differently or cannot do. */
const MODERN: ReadonlySet<string> = new Set(["unknown field", "malformed YAML", "server-side apply and its conflict"]);
