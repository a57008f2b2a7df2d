import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, run } from "./run.ts";
import type { Problem } from "./workspace.ts";

const PLUGIN = "plugins/scheduler-avoid";
const READY = /^Avoid\s+pinnace\.scheduler\.v1\s+ready/m;

/** Milliseconds that a cluster may take to be up. */
const UP_TIMEOUT = 60_000;

/**
 * What a plugin author does, in the project outside: compiles a scheduler plugin against the tarballs with each compiler,
 * runs the compliance suite, finds it with `pinnace plugins`, and sees `pinnace up` place a pod by it.
 */
export async function checkOutsidePlugin(
  folder: string,
  compilerOptions: object,
  compilers: readonly string[],
): Promise<readonly Problem[]> {
  cpSync(join(import.meta.dirname, "../outside"), folder, { recursive: true });
  const emit = { noEmit: false, declaration: true, rootDir: "src", outDir: "dist" };
  const config = { compilerOptions: { ...compilerOptions, ...emit }, include: ["src"] };
  writeFileSync(join(folder, PLUGIN, "tsconfig.json"), JSON.stringify(config));
  const node = (...args: string[]): Outcome => run(process.execPath, args, folder);
  const steps: readonly (readonly [string, () => Outcome | Promise<Outcome>, RegExp?])[] = [
    ...compilers.map(
      (compiler) => [`${compiler}: plugin`, () => node(`node_modules/${compiler}/bin/tsc`, "-p", PLUGIN)] as const,
    ),
    ["compliance suite", () => node("node_modules/vitest/vitest.mjs", "run", PLUGIN), /[1-9]\d* passed/],
    ["pinnace plugins", () => node("node_modules/pinnace/main.js", "plugins"), READY],
    ["pinnace up", () => placePod(folder), /placed on sim-1/],
  ];
  const problems: Problem[] = [];
  for (const [name, step, wanted = /^/] of steps) {
    const { ok, text } = await step();
    if (!ok || !wanted.test(text)) problems.push({ path: `${name} (outside plugin)`, message: text.slice(-2000) });
  }
  return problems;
}

async function placePod(folder: string): Promise<Outcome> {
  const args = [
    "node_modules/pinnace/main.js",
    "up",
    "--simulated",
    "--nodes",
    "2",
    "--port",
    "0",
    "--data-dir",
    "data",
  ];
  const cluster = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  try {
    const KUBECONFIG = await announcedKubeconfig(cluster);
    return run(process.execPath, ["place-pod.ts"], folder, { KUBECONFIG });
  } catch (error) {
    return { ok: false, text: String(error) };
  } finally {
    if (cluster.exitCode === null && cluster.kill("SIGINT")) await once(cluster, "close");
  }
}

/** Resolves with the path that `pinnace up` prints when the cluster is there; rejects when it ends or takes too long. */
function announcedKubeconfig(cluster: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  const timer = setTimeout(() => reject(new Error(`not up after ${UP_TIMEOUT} ms: ${text}`)), UP_TIMEOUT);
  const add = (chunk: unknown): void => {
    text += chunk;
    const path = text.match(/export KUBECONFIG=(\S+)/)?.[1];
    if (path !== undefined) resolve(path);
  };
  cluster.stdout?.on("data", add);
  cluster.stderr?.on("data", add);
  cluster.on("close", () => reject(new Error(`it ended: ${text}`)));
  return promise.finally(() => clearTimeout(timer));
}
