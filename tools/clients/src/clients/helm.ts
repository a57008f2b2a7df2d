import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expectEqual, expectMatch, run } from "@pinnace-tools/e2e";
import type { Client, Family, Found, Ground } from "../client.ts";
import { type CommonStep, STEPS } from "../steps.ts";

const chart = join(import.meta.dirname, "../../chart");

/** helm against one cluster and namespace. Resolves to standard output; rejects unless it exits with the code. */
type Helm = (args: readonly string[], code?: number) => Promise<string>;

function helmOn(program: string, { kubeconfig, namespace }: Ground): Helm {
  return async (args, code = 0) => {
    const base = ["--kubeconfig", kubeconfig, "--namespace", namespace];
    const finished = await run(program, [...args, ...base], { env: { HOME: join(kubeconfig, "..") }, timeout: 90_000 });
    const output = `${finished.stdout}\n${finished.stderr}`;
    expectEqual(finished.code, code, `exit code of helm ${args.join(" ")}\n${output}`);
    return code === 0 ? finished.stdout : output;
  };
}

interface Release {
  readonly name: string;
  readonly revision: string;
  readonly status: string;
}

const WAITING = ["--wait", "--timeout", "60s"];

type HelmStep = readonly [name: string, run: (helm: Helm) => Promise<void>];

const HELM_STEPS: readonly HelmStep[] = [
  [
    "install with a hook Job",
    async (helm) => {
      const text = await helm(["install", "demo", chart, "--create-namespace", ...WAITING]);
      expectMatch(text, /^STATUS: deployed$/m);
    },
  ],
  [
    "list",
    async (helm) => {
      const releases = JSON.parse(await helm(["list", "-o", "json"])) as Release[];
      expectEqual(
        releases.map(({ name, revision, status }) => [name, revision, status]),
        [["demo", "1", "deployed"]],
        "releases",
      );
    },
  ],
  ["status with resources", async (helm) => void expectMatch(await helm(["status", "demo"]), /^STATUS: deployed$/m)],
  ["get manifest", async (helm) => void expectMatch(await helm(["get", "manifest", "demo"]), /^kind: Deployment$/m)],
  [
    "upgrade",
    async (helm) => {
      const text = await helm(["upgrade", "demo", chart, "--set", "replicas=2,greeting=hi", ...WAITING]);
      expectMatch(text, /^REVISION: 2$/m);
    },
  ],
  ["upgrade, dry run on the server", async (helm) => void (await helm(["upgrade", "demo", chart, "--dry-run=server"]))],
  [
    "rollback",
    async (helm) => {
      await helm(["rollback", "demo", "1", ...WAITING]);
      expectMatch(await helm(["history", "demo"]), /Rollback to 1/);
    },
  ],
  [
    "refusal of a name in use",
    async (helm) => {
      expectMatch(await helm(["install", "demo", chart], 1), /cannot re-use a name that is still in use/);
    },
  ],
  [
    "uninstall",
    async (helm) => {
      await helm(["uninstall", "demo", ...WAITING]);
      expectEqual(JSON.parse(await helm(["list", "-a", "-o", "json"])), [], "releases");
    },
  ],
];

const LACKS = Object.fromEntries(STEPS.map((step) => [step, "no command of helm"])) as Record<CommonStep, string>;

function helmClient(program: string, version: string): Client {
  return {
    name: "Helm",
    version,
    lacks: LACKS,
    async run(ground, recorder) {
      const helm = helmOn(program, ground);
      for (const [name, work] of HELM_STEPS) await recorder.step(name, () => work(helm));
    },
  };
}

/** The life of a release of our chart. `path`: the program, or a folder that has it; else PATH is searched. */
export function helm(path?: string): Family {
  const find = async (): Promise<Found> => {
    const inFolder = path !== undefined && existsSync(path) && statSync(path).isDirectory();
    const program = path === undefined ? "helm" : inFolder ? join(path, "helm") : path;
    const finished = await run(program, ["version", "--template", "{{.Version}}"]).catch(() => undefined);
    if (finished?.code !== 0)
      return [{ name: "Helm", why: path === undefined ? "no helm on PATH" : `${path} is no helm` }];
    return [helmClient(program, finished.stdout.trim())];
  };
  return { name: "helm", ci: false, find };
}
