import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClusterPki } from "@pinnace/pki";
import { apiAt, freePort } from "../api.ts";
import { type Child, start, until } from "../child.ts";
import { removeFolder, temporaryFolder } from "../resources.ts";
import type { Engine } from "../store/engine.ts";
import { openLogStoreEngine } from "../store/log-store.ts";
import { LIVE_MEMORY } from "./live-memory.ts";
import { type ApiTarget, TOKEN, TOKEN_LINE } from "./target.ts";

const root = join(import.meta.dirname, "../../../..");
const SOURCE = "--conditions=@pinnace/source";

/**
 * Starts `pinnace up` from its bundle on a store on disk, without nodes unless `args` ask for them: API server,
 * controllers and scheduler in one process. Resolves when it is ready.
 */
export async function startPinnaceUp(
  args: readonly string[] = ["--nodes", "0"],
  nodeArgs: readonly string[] = [],
): Promise<ApiTarget> {
  const folder = temporaryFolder("pinnace");
  const tokens = join(folder, "tokens.csv");
  writeFileSync(tokens, TOKEN_LINE);
  const port = await freePort();
  const data = join(folder, "data");
  const program = [...nodeArgs, SOURCE, join(root, "tools/build/src/run-app.ts"), "apps/pinnace"];
  const options = ["--data-dir", data, "--port", String(port), "--token-auth-file", tokens];
  const child = start(process.execPath, [...program, "up", ...options, ...args]);
  return ready("pinnace up", child, folder, port);
}

interface PinnaceApiOptions {
  /** Arguments of Node, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  /** Lets `liveBytes` of the target be asked. */
  readonly liveMemory?: boolean;
  /** Places pods, too. */
  readonly scheduler?: boolean;
  /** Puts things into the store before the server is started. */
  readonly seed?: (engine: Engine) => Promise<void>;
}

/**
 * Starts Pinnace's API server alone, as kube-apiserver is: same store on disk, TLS, authentication, RBAC and admission as
 * `pinnace up`, no controllers, and a scheduler only when asked for. Resolves when it is ready.
 */
export async function startPinnaceApi(options: PinnaceApiOptions = {}): Promise<ApiTarget> {
  const folder = temporaryFolder("pinnace");
  const data = join(folder, "data");
  if (options.seed !== undefined) await seed(join(data, "store"), options.seed);
  const port = await freePort();
  const nodeArgs = [...(options.nodeArgs ?? []), ...(options.liveMemory === true ? ["--expose-gc"] : [])];
  const program = [...nodeArgs, SOURCE, join(import.meta.dirname, "pinnace-api-server.ts")];
  const parts = options.scheduler === true ? ["scheduler"] : [];
  const child = start(process.execPath, [...program, data, String(port), ...parts]);
  const target = await ready("Pinnace", child, folder, port);
  return options.liveMemory === true ? { ...target, liveBytes: () => askLiveBytes(child) } : target;
}

function askLiveBytes(child: Child): Promise<number> {
  const answers = (): string[] =>
    child
      .output()
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.startsWith(LIVE_MEMORY));
  const before = answers().length;
  process.kill(child.pid, "SIGUSR2");
  return until(child, () => {
    const line = answers().at(before);
    return line === undefined ? undefined : Number(line.slice(LIVE_MEMORY.length));
  });
}

async function seed(directory: string, fill: (engine: Engine) => Promise<void>): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const engine = await openLogStoreEngine(directory);
  if (engine === undefined) return;
  await fill(engine);
  await engine.close();
}

async function ready(name: string, child: Child, folder: string, port: number): Promise<ApiTarget> {
  const api = apiAt(port, TOKEN);
  await until(child, async () => ((await api.call("GET", "/readyz"))?.status === 200 ? true : undefined));
  api.close();
  const pki = await createClusterPki({ clock: { now: () => Date.now() }, directory: join(folder, "data/pki") });
  return {
    ...{ name, port, token: TOKEN, pids: [child.pid], ca: pki.authority.certificate, client: pki.admin },
    stop: async () => {
      await child.stop();
      removeFolder(folder);
    },
  };
}
