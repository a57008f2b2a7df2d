import { access, mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pod } from "@pinnace/api";
import type { Clock } from "@pinnace/clock";
import type { PodCgroups } from "../../contract.ts";
import { uidOf } from "../../pods/pod-facts.ts";
import { qosClass } from "../../status/qos-class.ts";
import { type PodLimits, podLimits } from "./pod-limits.ts";

const QUOTA_PERIOD = 100_000;
/** How often, and after how many milliseconds each, a cgroup that still has processes is tried again. */
const REMOVE_ATTEMPTS = 10;
const REMOVE_DELAY = 50;

export interface NodeCgroupsOptions {
  /** Default `/sys/fs/cgroup`. */
  readonly root?: string;
  /** Put before `/kubepods`, for several nodes on one machine: `/node-1`. Default none. */
  readonly prefix?: string;
}

/** The cgroups of pods on this machine: version 2 when the root is one, else version 1 in all its hierarchies. */
export function createNodeCgroups(clock: Clock, options: NodeCgroupsOptions = {}): PodCgroups {
  const root = options.root ?? "/sys/fs/cgroup";
  const base = `${options.prefix ?? ""}/kubepods`;
  const known = new Map<string, string>();
  let version: Promise<CgroupVersion> | undefined;
  const getVersion = (): Promise<CgroupVersion> => {
    version ??= detect(root);
    return version;
  };
  return {
    async ensure(pod) {
      const path = `${base}${qosFolder(pod)}/pod${uidOf(pod)}`;
      if (known.get(uidOf(pod)) === path) return path;
      await (await getVersion()).create(path, podLimits(pod));
      known.set(uidOf(pod), path);
      return path;
    },
    async remove(podUid) {
      known.delete(podUid);
      const { hierarchies } = await getVersion();
      for (const hierarchy of hierarchies)
        for (const qos of ["", "/burstable", "/besteffort"])
          await removeTree(join(hierarchy, base, qos, `pod${podUid}`), clock);
    },
  };
}

interface CgroupVersion {
  /** Mount points. */
  readonly hierarchies: readonly string[];
  create(path: string, limits: PodLimits): Promise<void>;
}

async function detect(root: string): Promise<CgroupVersion> {
  const unified = await access(join(root, "cgroup.controllers")).then(
    () => true,
    () => false,
  );
  if (unified) return { hierarchies: [root], create: (path, limits) => createV2(root, path, limits) };
  const entries = await readdir(root, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory() && entry.name !== "unified").map(({ name }) => name);
  const hierarchies = names.map((name) => join(root, name));
  return { hierarchies, create: (path, limits) => createV1(hierarchies, path, limits) };
}

function qosFolder(pod: Pod): string {
  const qos = qosClass(pod);
  return qos === "Guaranteed" ? "" : `/${qos.toLowerCase()}`;
}

async function createV1(hierarchies: readonly string[], path: string, limits: PodLimits): Promise<void> {
  for (const hierarchy of hierarchies) {
    const controllers = (hierarchy.split("/").at(-1) ?? "").split(",");
    if (controllers.includes("cpuset")) await makeCpuset(hierarchy, path);
    else await mkdir(join(hierarchy, path), { recursive: true });
    const set = (file: string, value: number): Promise<void> => writeFile(join(hierarchy, path, file), String(value));
    if (controllers.includes("cpu")) {
      await set("cpu.shares", limits.cpuShares);
      if (limits.cpuQuota !== undefined) {
        await set("cpu.cfs_period_us", QUOTA_PERIOD);
        await set("cpu.cfs_quota_us", limits.cpuQuota);
      }
    }
    if (controllers.includes("memory") && limits.memoryLimit !== undefined)
      await set("memory.limit_in_bytes", limits.memoryLimit);
  }
}

/** A cpuset without CPUs and memory nodes accepts no process: each new level takes those of the one above. */
async function makeCpuset(hierarchy: string, path: string): Promise<void> {
  let at = hierarchy;
  for (const part of path.split("/").filter(Boolean)) {
    const parent = at;
    at = join(at, part);
    await mkdir(at, { recursive: true });
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const own = (await readFile(join(at, file), "utf8")).trim();
      if (own === "") await writeFile(join(at, file), (await readFile(join(parent, file), "utf8")).trim());
    }
  }
}

async function createV2(root: string, path: string, limits: PodLimits): Promise<void> {
  const available = (await readFile(join(root, "cgroup.controllers"), "utf8")).trim().split(" ");
  const wanted = available.filter((name) => ["cpu", "cpuset", "memory", "pids", "io", "hugetlb"].includes(name));
  let at = root;
  for (const part of path.split("/").filter(Boolean)) {
    await writeFile(join(at, "cgroup.subtree_control"), wanted.map((name) => `+${name}`).join(" "));
    at = join(at, part);
    await mkdir(at, { recursive: true });
  }
  await writeFile(join(at, "cpu.weight"), String(weightOf(limits.cpuShares)));
  if (limits.cpuQuota !== undefined) await writeFile(join(at, "cpu.max"), `${limits.cpuQuota} ${QUOTA_PERIOD}`);
  if (limits.memoryLimit !== undefined) await writeFile(join(at, "memory.max"), String(limits.memoryLimit));
}

/** cgroup v1 shares (2 to 262,144) as v2 weight (1 to 10,000), KEP-2254. */
export function weightOf(shares: number): number {
  return Math.floor(1 + ((shares - 2) * 9999) / 262_142);
}

async function removeTree(path: string, clock: Clock): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return;
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name), clock);
  for (let attempt = 1; ; attempt++) {
    try {
      return await rmdir(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      if (code !== "EBUSY" || attempt === REMOVE_ATTEMPTS) throw error;
      await clock.sleep(REMOVE_DELAY);
    }
  }
}
