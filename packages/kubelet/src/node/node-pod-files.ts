import { chmod, mkdir, open, readdir, readlink, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@pinnace/clock";
import type { PodFiles } from "../contract.ts";
import { allContainers, uidOf } from "../pods/pod-facts.ts";
import { readCriLog } from "./logs/log-reader.ts";

/** Upstream's bound for a termination message, in bytes. */
const MAX_MESSAGE = 4096;

export interface NodePodFilesOptions {
  /** Default `/var/lib/kubelet`. */
  readonly rootDirectory?: string;
  /** Default `/var/log/pods`. */
  readonly podLogsDirectory?: string;
  /** Links by which log collectors find logs, default `/var/log/containers`. */
  readonly containerLogsDirectory?: string;
}

/** Files of pods on this machine, where upstream has them. */
export function createNodePodFiles(clock: Clock, options: NodePodFilesOptions = {}): PodFiles {
  const pods = join(options.rootDirectory ?? "/var/lib/kubelet", "pods");
  const logs = options.podLogsDirectory ?? "/var/log/pods";
  const links = options.containerLogsDirectory ?? "/var/log/containers";
  const prepared = new Set<string>();
  const logFolder = (pod: { readonly uid: string; readonly namespace: string; readonly name: string }): string =>
    join(logs, `${pod.namespace}_${pod.name}_${pod.uid}`);
  const messageFile = (uid: string, container: string, attempt: number): string =>
    join(pods, uid, "containers", container, String(attempt));

  return {
    logDirectory: (pod) => logFolder(namesOf(pod)),
    async prepare(pod) {
      const key = `${uidOf(pod)}/${allContainers(pod).length}`;
      if (prepared.has(key)) return;
      await mkdir(links, { recursive: true, mode: 0o755 });
      for (const { name } of allContainers(pod)) {
        await mkdir(join(logFolder(namesOf(pod)), name), { recursive: true, mode: 0o755 });
        await mkdir(join(pods, uidOf(pod), "containers", name), { recursive: true, mode: 0o750 });
      }
      prepared.add(key);
    },
    async writeHosts(uid, content) {
      const path = join(pods, uid, "etc-hosts");
      await mkdir(join(pods, uid), { recursive: true, mode: 0o750 });
      await writeFile(path, content, { mode: 0o644 });
      return path;
    },
    async createTerminationLog(uid, container, attempt) {
      const path = messageFile(uid, container, attempt);
      await writeFile(path, "", { flag: "w" });
      await chmod(path, 0o666);
      return path;
    },
    readTerminationLog: (uid, container, attempt) => tailOf(messageFile(uid, container, attempt)),
    async linkLog({ metadata }, container, id, logPath) {
      const link = join(links, `${metadata?.name}_${metadata?.namespace}_${container}-${id}.log`);
      await rm(link, { force: true });
      await symlink(logPath, link);
    },
    readLog: (path, read) => readCriLog(path, read, clock),
    async remove(pod) {
      const folder = logFolder(pod);
      for (const key of prepared) if (key.startsWith(`${pod.uid}/`)) prepared.delete(key);
      await rm(join(pods, pod.uid), { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
      await removeLinks(links, `${pod.name}_${pod.namespace}_`, folder);
    },
  };
}

function namesOf({ metadata }: Parameters<PodFiles["logDirectory"]>[0]): {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
} {
  return { uid: metadata?.uid ?? "", namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" };
}

async function tailOf(path: string): Promise<string | undefined> {
  const handle = await open(path).catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, MAX_MESSAGE));
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString("utf8");
  } finally {
    await handle.close();
  }
}

async function removeLinks(links: string, prefix: string, folder: string): Promise<void> {
  const names = await readdir(links).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith(prefix))) {
    const target = await readlink(join(links, name)).catch(() => "");
    if (target.startsWith(`${folder}/`)) await unlink(join(links, name));
  }
}
