import {
  createSession,
  eventually,
  expectEqual,
  expectMatch,
  findKubectls,
  type Kubectl,
  runWorkload,
  type Session,
} from "@pinnace-tools/e2e";
import type { Client, Family, Found } from "../client.ts";
import type { CommonStep, Recorder } from "../steps.ts";
import { deniedText } from "./manifests.ts";
import { asReport } from "./workload-report.ts";

const minorOf = ({ version }: Kubectl): number => Number(version.split(".")[1]);

type KubectlStep = readonly [CommonStep, (session: Session) => Promise<void>];

async function listBySelectors({ ok }: Session): Promise<void> {
  for (const name of ["one", "two", "three"]) {
    await ok(["create", "configmap", name, "--from-literal=a=1"]);
    await ok(["label", "configmap", name, "group=paged", `name=${name}`]);
  }
  const names = async (...args: string[]): Promise<number> =>
    (await ok(["get", "configmaps", "-o", "name", ...args])).split("\n").filter(Boolean).length;
  expectEqual(await names("-l", "group=paged,name!=one"), 2, "selected by label");
  expectEqual(await names("-l", "name in (one,two)"), 2, "selected by set");
  expectEqual(await names("--field-selector", "metadata.name=two"), 1, "selected by field");
}

async function listByPages({ ok }: Session): Promise<void> {
  const text = await ok(["get", "configmaps", "-l", "group=paged", "--chunk-size=1"]);
  for (const name of ["one", "two", "three"]) expectMatch(text, new RegExp(`^${name}\\s`, "m"));
}

const patchStep =
  (type: string, patch: string, key: string) =>
  async ({ ok }: Session): Promise<void> => {
    await ok(["patch", "configmap", "one", "--type", type, "-p", patch]);
    expectEqual(await ok(["get", "configmap", "one", "-o", `jsonpath={.data.${key}}`]), "1", "patched value");
  };

async function deleteWithPropagation(session: Session): Promise<void> {
  const { ok } = session;
  await ok(["create", "deployment", "cascaded", "--image=web:1"]);
  await eventually(async () => expectMatch(await ok(["get", "rs", "-l", "app=cascaded"]), /cascaded-/), 20_000);
  await ok(["delete", "deployment", "cascaded", "--cascade=foreground"]);
  expectEqual(await ok(["get", "rs", "-l", "app=cascaded", "-o", "name"]), "", "replica sets left");
}

async function conflict({ ok, any }: Session): Promise<void> {
  const stale = await ok(["get", "configmap", "two", "-o", "json"]);
  await ok(["patch", "configmap", "two", "--type=merge", "-p", '{"data":{"a":"2"}}']);
  const { code, stderr } = await any(["replace", "-f", "-"], { stdin: stale });
  expectEqual(code, 1, "exit code");
  expectMatch(stderr, /Conflict.*Operation cannot be fulfilled on configmaps "two": the object has been modified/s);
}

async function requestToken({ ok, namespace }: Session): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/nobody/token`;
  const stdin = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} });
  const answer = JSON.parse(await ok(["create", "--raw", path, "-f", "-"], { stdin })) as { status: { token: string } };
  return answer.status.token;
}

async function tokenRequest(session: Session): Promise<void> {
  const { ok, kubectl } = session;
  await ok(["create", "serviceaccount", "nobody"]);
  expectMatch(await requestToken(session), /^[\w-]+\.[\w-]+\.[\w-]+$/, "token");
  if (minorOf(kubectl) < 24) return; // there is no `create token`
  expectMatch(await ok(["create", "token", "nobody"]), /^[\w-]+\.[\w-]+\.[\w-]+$/m, "token");
}

async function denied(session: Session): Promise<void> {
  const { any, namespace } = session;
  const user = `system:serviceaccount:${namespace}:nobody`;
  const { code, stderr } = await any(["get", "secrets", "--as", user]);
  expectEqual(code, 1, "exit code");
  expectEqual(stderr.trim(), `Error from server (Forbidden): ${deniedText(namespace)}`, "standard error");
  expectMatch((await any(["auth", "can-i", "list", "secrets", "--as", user])).stdout, /^no/);
}

/** For a kubectl that is too old for the acceptance run's own step. */
async function applyServerSide({ ok, any }: Session): Promise<void> {
  const map = (value: string): { stdin: string } => ({
    stdin: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ssa}\ndata: {a: '${value}'}\n`,
  });
  await ok(["apply", "--server-side", "--field-manager=one", "-f", "-"], map("1"));
  const refused = await any(["apply", "--server-side", "--field-manager=two", "-f", "-"], map("2"));
  expectEqual(refused.code, 1, "exit code");
  expectMatch(refused.stderr, /Apply failed with 1 conflict: conflict with "one"/);
  await ok(["apply", "--server-side", "--force-conflicts", "--field-manager=two", "-f", "-"], map("2"));
}

/** What the acceptance run's workload does not do. */
const STEPS_BESIDES: readonly KubectlStep[] = [
  ["list by selectors", listBySelectors],
  ["list by pages", listByPages],
  ["patch, JSON", patchStep("json", '[{"op":"add","path":"/data/json","value":"1"}]', "json")],
  ["patch, merge", patchStep("merge", '{"data":{"merge":"1"}}', "merge")],
  ["patch, strategic", patchStep("strategic", '{"data":{"strategic":"1"}}', "strategic")],
  ["delete with propagation", deleteWithPropagation],
  ["conflict", conflict],
  ["token request", tokenRequest],
  ["denied", denied],
];

async function runBesides(session: Session, recorder: Recorder): Promise<void> {
  await session.ok(["create", "namespace", session.namespace]);
  const old: readonly KubectlStep[] = minorOf(session.kubectl) < 27 ? [["apply, server side", applyServerSide]] : [];
  for (const [step, run] of [...old, ...STEPS_BESIDES]) await recorder.step(step, () => run(session));
  await session.ok(["delete", "namespace", session.namespace, "--wait=false"]);
}

function kubectlClient(kubectl: Kubectl): Client {
  return {
    name: `kubectl ${kubectl.version}`,
    version: kubectl.version,
    lacks: {},
    async run({ kubeconfig, namespace }, recorder) {
      const options = { label: "", image: "web:1", real: false };
      await runWorkload(createSession(kubectl, kubeconfig, namespace), options, asReport(recorder));
      await runBesides(createSession(kubectl, kubeconfig, `${namespace}-2`), recorder);
    },
  };
}

/**
 * Every kubectl of the machine, or its oldest and newest: the workload of the acceptance run, and the scenario's other
 * steps.
 */
export function kubectl(which: "all" | "oldest and newest"): Family {
  const find = async (): Promise<Found> => {
    const found = await findKubectls();
    if (found.length === 0) return [{ name: "kubectl", why: "none is on PATH or in PINNACE_KUBECTL_PATH" }];
    const chosen = which === "all" ? found : found.filter((_, index) => index === 0 || index === found.length - 1);
    return chosen.map(kubectlClient);
  };
  return { name: "kubectl", ci: true, find };
}
