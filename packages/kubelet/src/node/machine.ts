import { readFile, statfs } from "node:fs/promises";
import { arch, availableParallelism, hostname, release } from "node:os";
import type { Resolver } from "../containers/dns-config.ts";
import type { NodeDescription } from "../contract.ts";

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
const KUBELET_VERSION = "v1.36.3+pinnace.0";

export interface MachineOptions {
  /** Default: the host name, lower case. */
  readonly name?: string;
  readonly addresses: NodeDescription["addresses"];
  /** Where ephemeral storage is measured, default `/var/lib`. */
  readonly storagePath?: string;
  /** Default 110. */
  readonly maxPods?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: NonNullable<NodeDescription["taints"]>;
  readonly kubeletPort?: number;
}

/** This machine as a node: capacity from /proc, identity from where systemd keeps it. */
export async function describeMachine(options: MachineOptions): Promise<NodeDescription> {
  const [memory, storage, machineID, bootID, systemUUID, release_] = await Promise.all([
    readText("/proc/meminfo"),
    statfs(options.storagePath ?? "/var/lib"),
    readText("/etc/machine-id"),
    readText("/proc/sys/kernel/random/boot_id"),
    readText("/sys/class/dmi/id/product_uuid"),
    readText("/etc/os-release"),
  ]);
  const kibibytes = /^MemTotal:\s+(\d+)/m.exec(memory)?.[1] ?? "0";
  return {
    name: options.name ?? hostname().toLowerCase(),
    ...(options.labels ? { labels: options.labels } : {}),
    ...(options.taints ? { taints: options.taints } : {}),
    ...(options.kubeletPort === undefined ? {} : { kubeletPort: options.kubeletPort }),
    addresses: options.addresses,
    capacity: {
      cpu: String(availableParallelism()),
      "ephemeral-storage": `${Math.floor((storage.blocks * storage.bsize) / 1024)}Ki`,
      "hugepages-1Gi": "0",
      "hugepages-2Mi": "0",
      memory: `${kibibytes}Ki`,
      pods: String(options.maxPods ?? 110),
    },
    nodeInfo: {
      machineID,
      systemUUID: systemUUID || machineID,
      bootID,
      kernelVersion: release(),
      osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(release_)?.[1] ?? "Linux",
      operatingSystem: "linux",
      architecture: ARCHITECTURES[arch()] ?? arch(),
      kubeletVersion: KUBELET_VERSION,
    },
  };
}

/** The machine's own resolver, from a resolv.conf(5). */
export async function readResolver(path = "/etc/resolv.conf"): Promise<Resolver> {
  const lines = (await readText(path)).split("\n").map((line) => line.trim().split(/\s+/));
  const valuesOf = (keyword: string): readonly string[] =>
    lines.filter(([first]) => first === keyword).flatMap((words) => words.slice(1));
  const searches = lines.findLast(([first]) => first === "search")?.slice(1) ?? valuesOf("domain");
  return { nameservers: valuesOf("nameserver"), searches, options: valuesOf("options") };
}

/** "" when there is no such file, or it may not be read. */
async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => "",
  );
}
