import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "@pinnace/clock";
import { CodedError, messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import type { ContainerRuntime } from "../contract.ts";
import { type ContainerdConfig, renderContainerdConfig, socketOf } from "./containerd-config.ts";
import { createCriClient } from "./create-cri-client.ts";
import { buildImageArchive } from "./image-archive.ts";
import { endProcesses, unmountBelow } from "./leftovers.ts";
import { pauseProgram } from "./pause-program.ts";
import type { NodeRequirements } from "./requirements.ts";

const execute = promisify(execFile);

export interface ContainerdOptions {
  /** Where it keeps everything. The same folder on the next start finds its containers again. */
  readonly directory: string;
  readonly cniConfigDirectory: string;
  readonly cniBinaryDirectory: string;
  readonly requirements: NodeRequirements;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A containerd of our own, apart from any that the machine runs. */
export interface Containerd {
  readonly runtime: ContainerRuntime;
  readonly socketPath: string;
  /** Path of its log, for when something goes wrong. */
  readonly logPath: string;
  /** Imports a docker or OCI archive; resolves to the names of its images. */
  importImage(archivePath: string): Promise<readonly string[]>;
  /** Stops and removes all pods that it knows. */
  removeSandboxes(): Promise<void>;
  /** Removes all sandboxes, ends the daemon and its shims, and unmounts what is left. */
  stop(): Promise<void>;
}

/** `localhost/` is never asked from a registry. */
export const PAUSE_IMAGE = "localhost/pinnace/pause:1";

const READY_TIMEOUT = 30_000;
const STOP_TIMEOUT = 10_000;

/**
 * Writes the configuration, starts containerd, waits until CRI answers, and imports the pause image. A daemon that dies
 * is started again; its containers live on meanwhile. Rejects with `CONTAINERD_FAILED` and the end of its log.
 */
export async function startContainerd(options: ContainerdOptions): Promise<Containerd> {
  const { directory, clock, logger } = options;
  await mkdir(join(directory, "certs.d"), { recursive: true, mode: 0o700 });
  const configPath = join(directory, "config.toml");
  await writeFile(configPath, renderContainerdConfig(await configOf(options)));
  await endContainerd(directory); // of a run that was killed
  const logPath = join(directory, "containerd.log");
  const daemon = await superviseDaemon(options.requirements.containerd!, configPath, logPath, clock, logger);
  const socketPath = socketOf(directory);
  const runtime = createCriClient({ socketPath, clock });
  const importImage = async (archivePath: string): Promise<readonly string[]> => {
    const args = ["--address", socketPath, "--namespace", "k8s.io", "images", "import", archivePath];
    const { stdout } = await execute(options.requirements.ctr!, args);
    return [...stdout.matchAll(/unpacking (\S+)/g)].map((match) => match[1]!);
  };
  const stop = async (): Promise<void> => {
    await removeSandboxes(runtime, logger);
    await runtime.close();
    await daemon.stop();
    await endContainerd(directory);
  };
  try {
    await waitUntilReady(runtime, daemon, clock);
    await importPause(directory, importImage);
  } catch (cause) {
    await daemon.stop();
    const log = await readFile(logPath, "utf8").catch(() => "");
    throw new CodedError("CONTAINERD_FAILED", `containerd did not become ready: ${messageOf(cause)}`, {
      cause,
      remedy: `see ${logPath}: ${log.trim().split("\n").slice(-3).join(" | ")}`,
    });
  }
  return { runtime, socketPath, logPath, importImage, removeSandboxes: () => removeSandboxes(runtime, logger), stop };
}

async function configOf(options: ContainerdOptions): Promise<ContainerdConfig> {
  const { directory, cniConfigDirectory, cniBinaryDirectory, requirements } = options;
  return {
    directory,
    cniConfigDirectory,
    cniBinaryDirectory,
    pauseImage: PAUSE_IMAGE,
    runtimes: requirements.runtimes,
    defaultRuntime: Object.keys(requirements.runtimes)[0] ?? "runc",
    restrictOomScoreAdj: !(await hasSysResource()),
    systemdCgroup: false,
  };
}

/** CAP_SYS_RESOURCE is bit 24 of the effective set. */
async function hasSysResource(): Promise<boolean> {
  const status = await readFile("/proc/self/status", "utf8");
  const effective = BigInt(`0x${status.match(/^CapEff:\s*([0-9a-f]+)$/m)?.[1] ?? "0"}`);
  return ((effective >> 24n) & 1n) === 1n;
}

interface Daemon {
  readonly failure: () => string | undefined;
  stop(): Promise<void>;
}

async function superviseDaemon(
  program: string,
  configPath: string,
  logPath: string,
  clock: Clock,
  logger: Logger,
): Promise<Daemon> {
  const log = await open(logPath, "a");
  let stopping = false;
  let failures = 0;
  let failure: string | undefined;
  let child: ChildProcess;
  let ended: Promise<void>;
  const launch = (): void => {
    // Its own session, so that Ctrl-C on a terminal reaches us and not it: we still need it to stop the pods.
    child = spawn(program, ["--config", configPath], { detached: true, stdio: ["ignore", log.fd, log.fd] });
    const startedAt = clock.now();
    ended = new Promise((resolve) => {
      child.once("error", (error) => {
        failure = messageOf(error);
        resolve();
      });
      child.once("exit", (code, signal) => {
        resolve();
        if (stopping) return;
        failure = `containerd ended (${signal ?? code})`;
        failures = clock.now() - startedAt > 60_000 ? 0 : failures + 1;
        logger.warn("containerd ended, starting it again", { code, signal, failures });
        clock.setTimeout(() => !stopping && launch(), Math.min(100 * 2 ** failures, 10_000));
      });
    });
  };
  launch();
  return {
    failure: () => failure,
    async stop() {
      stopping = true;
      child.kill("SIGTERM");
      const kill = clock.setTimeout(() => void child.kill("SIGKILL"), STOP_TIMEOUT);
      await ended;
      kill.cancel();
      await log.close();
    },
  };
}

async function waitUntilReady(runtime: ContainerRuntime, daemon: Daemon, clock: Clock): Promise<void> {
  const end = clock.now() + READY_TIMEOUT;
  for (;;) {
    try {
      await runtime.version();
      return;
    } catch (error) {
      const failure = daemon.failure();
      if (failure !== undefined || clock.now() > end) throw failure === undefined ? error : new Error(failure);
    }
    await clock.sleep(20);
  }
}

async function importPause(
  directory: string,
  importImage: (path: string) => Promise<readonly string[]>,
): Promise<void> {
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const file = { path: "pause", content: pauseProgram(architecture), mode: 0o755 };
  const image = { reference: PAUSE_IMAGE, architecture, files: [file], entrypoint: ["/pause"] } as const;
  const path = join(directory, "pause.tar");
  await writeFile(path, await buildImageArchive(image));
  await importImage(path);
}

async function removeSandboxes(runtime: ContainerRuntime, logger: Logger): Promise<void> {
  try {
    for (const { id } of await runtime.listContainers()) {
      await runtime.stopContainer(id, 0);
      await runtime.removeContainer(id);
    }
    for (const { id } of await runtime.listPodSandboxes()) {
      await runtime.stopPodSandbox(id);
      await runtime.removePodSandbox(id);
    }
  } catch (error) {
    logger.warn("not all sandboxes could be removed", { error });
  }
}

/**
 * Ends what a containerd that was killed has left running on its folder, with its containers, and unmounts what it had
 * mounted there. What the folder records stays: the next start on it finds its sandboxes stopped, as after a reboot.
 */
export async function endContainerd(directory: string): Promise<void> {
  await endProcesses(directory);
  await unmountBelow(directory);
}
