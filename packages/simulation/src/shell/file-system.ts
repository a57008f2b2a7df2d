import type { SimulatedContainer } from "../simulated-container.ts";

/** Reads files of volumes by their path in a container. */
export interface ShellFiles {
  read(path: string): Promise<Uint8Array | undefined>;
  /** Names of a folder, sorted; undefined when there is none. */
  list(path: string): Promise<readonly string[] | undefined>;
}

const ROOT = ["bin", "dev", "etc", "home", "lib", "proc", "root", "sys", "tmp", "usr", "var"];

/** The files that a simulated container sees: those of its mounts, and a few that every system has. */
export function shellFiles(
  container: SimulatedContainer,
  volumeFiles: (hostPath: string) => Promise<ReadonlyMap<string, Uint8Array>>,
): ShellFiles {
  const all = async (): Promise<ReadonlyMap<string, Uint8Array>> => {
    const files = new Map(systemFiles(container));
    for (const { hostPath, containerPath } of container.config.mounts)
      for (const [path, content] of await volumeFiles(hostPath))
        files.set(normalise(containerPath + path.slice(hostPath.length)), content);
    return files;
  };
  const folders = (): readonly string[] => container.config.mounts.map(({ containerPath }) => normalise(containerPath));
  return {
    read: async (path) => (await all()).get(normalise(path)),
    async list(path) {
      const folder = normalise(path);
      const prefix = folder === "/" ? "/" : `${folder}/`;
      const names = new Set(folder === "/" ? ROOT : []);
      for (const file of [...(await all()).keys(), ...folders()])
        if (file.startsWith(prefix)) names.add(file.slice(prefix.length).split("/")[0] ?? "");
      if (names.size > 0 || folders().includes(folder)) return [...names].sort();
      return ROOT.includes(folder.slice(1)) ? [] : undefined;
    },
  };
}

/** Absolute, without `.`, `..` and empty parts. */
function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function systemFiles({ sandbox }: SimulatedContainer): ReadonlyMap<string, Uint8Array> {
  const { hostname, dns } = sandbox.config;
  const resolv = [
    ...(dns?.searches.length ? [`search ${dns.searches.join(" ")}`] : []),
    ...(dns?.servers ?? []).map((server) => `nameserver ${server}`),
    ...(dns?.options.length ? [`options ${dns.options.join(" ")}`] : []),
  ];
  const hosts = ["127.0.0.1\tlocalhost", ...sandbox.ips.map((ip) => `${ip}\t${hostname}`)];
  const encoder = new TextEncoder();
  return new Map([
    ["/etc/hostname", encoder.encode(`${hostname}\n`)],
    ["/etc/hosts", encoder.encode(`# Kubernetes-managed hosts file.\n${hosts.join("\n")}\n`)],
    ["/etc/resolv.conf", encoder.encode(`${resolv.join("\n")}\n`)],
  ]);
}
