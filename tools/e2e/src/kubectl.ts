import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Finished, type RunOptions, run } from "./process.ts";

/** One kubectl executable. */
export interface Kubectl {
  /** `1.33` */
  readonly version: string;
  readonly path: string;
}

async function versionOf(path: string): Promise<string | undefined> {
  const { stdout } = await run(path, ["version", "--client", "-o", "json"]).catch(() => ({ stdout: "" }));
  const match = stdout.match(/"gitVersion":\s*"v(\d+\.\d+)/);
  return match?.[1];
}

/**
 * All kubectl versions that the machine has: the one on PATH, `kubectl.<version>` beside what it links to, and those in
 * the folders of `PINNACE_KUBECTL_PATH` (colon-separated). Each version once, oldest first.
 */
export async function findKubectls(): Promise<readonly Kubectl[]> {
  const candidates: string[] = [];
  for (const folder of (process.env.PATH ?? "").split(":")) {
    const path = join(folder, "kubectl");
    if (!existsSync(path)) continue;
    const home = dirname(realpathSync(path));
    const versioned = readdirSync(home).filter((name) => /^kubectl\.1\.\d+$/.test(name));
    candidates.push(...versioned.map((name) => join(home, name)));
    if (versioned.length === 0) candidates.push(path);
  }
  for (const folder of (process.env.PINNACE_KUBECTL_PATH ?? "").split(":").filter(Boolean)) {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      if (name.startsWith("kubectl")) candidates.push(join(folder, name));
    }
  }
  const found = new Map<string, Kubectl>();
  for (const path of candidates) {
    const version = await versionOf(path);
    if (version !== undefined && !found.has(version)) found.set(version, { version, path });
  }
  const minor = ({ version }: Kubectl): number => Number(version.split(".")[1]);
  return [...found.values()].sort((a, b) => minor(a) - minor(b));
}

/** kubectl against one cluster and namespace. */
export interface Session {
  readonly kubectl: Kubectl;
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Arguments that select the cluster and namespace, for programs that run on. */
  readonly base: readonly string[];
  /** Runs kubectl; rejects with its output when it exits with anything but 0. Resolves to standard output. */
  ok(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Runs kubectl, whatever its exit code. */
  any(args: readonly string[], options?: RunOptions): Promise<Finished>;
}

export function createSession(kubectl: Kubectl, kubeconfig: string, namespace: string): Session {
  const base = ["--kubeconfig", kubeconfig, "--namespace", namespace];
  // Its cache goes when the cluster's folder goes.
  const home = dirname(kubeconfig);
  const any = (args: readonly string[], options?: RunOptions): Promise<Finished> =>
    run(kubectl.path, [...base, ...args], { ...options, env: { HOME: home, ...options?.env } });
  return {
    kubectl,
    kubeconfig,
    namespace,
    base,
    any,
    async ok(args, options) {
      const { code, stdout, stderr } = await any(args, options);
      if (code !== 0) throw new Error(`kubectl ${args.join(" ")}\nexit ${code}\n${stdout}\n${stderr}`);
      return stdout;
    },
  };
}
