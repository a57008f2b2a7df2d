import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What a real node needs of the machine. Absent paths are missing. */
export interface NodeRequirements {
  readonly containerd?: string;
  readonly ctr?: string;
  /** OCI runtimes by handler name, best first. */
  readonly runtimes: Readonly<Record<string, string>>;
  readonly nft?: string;
  readonly ip?: string;
  /** One line per missing piece; empty when a real node can run. */
  readonly missing: readonly string[];
}

/** The Debian and Ubuntu packages that bring everything. */
export const NODE_PACKAGES: readonly string[] = [
  "containerd",
  "runc",
  "crun",
  "nftables",
  "containernetworking-plugins",
  "conntrack",
  "iproute2",
];

/** The command that installs what {@link findRequirements} misses. */
export const INSTALL_COMMAND: string = `apt-get install -y ${NODE_PACKAGES.join(" ")}`;

function find(name: string, path: string): string | undefined {
  for (const folder of [...path.split(delimiter), "/usr/sbin", "/sbin", "/usr/local/sbin"].filter(Boolean)) {
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {} // not in this folder
  }
  return undefined;
}

/**
 * crun refuses hosts on which a cgroup v1 layout has a v2 mount with controllers beside it ("hybrid mode"), so it is only
 * offered elsewhere.
 */
function crunWorks(): boolean {
  const unified = "/sys/fs/cgroup/unified/cgroup.controllers";
  return !existsSync(unified) || readFileSync(unified, "utf8").trim() === "";
}

/** Looks for the programs on `path` (`process.env.PATH`). */
export function findRequirements(path: string): NodeRequirements {
  const [containerd, ctr, nft, ip] = ["containerd", "ctr", "nft", "ip"].map((name) => find(name, path));
  const [crun, runc] = [crunWorks() ? find("crun", path) : undefined, find("runc", path)];
  const runtimes = { ...(crun === undefined ? {} : { crun }), ...(runc === undefined ? {} : { runc }) };
  const missing = [
    ...(containerd === undefined || ctr === undefined ? ["containerd is not installed"] : []),
    ...(Object.keys(runtimes).length === 0 ? ["neither crun nor runc is usable"] : []),
    ...(nft === undefined ? ["nft (nftables) is not installed"] : []),
    ...(ip === undefined ? ["ip (iproute2) is not installed"] : []),
  ];
  return {
    ...(containerd === undefined ? {} : { containerd }),
    ...(ctr === undefined ? {} : { ctr }),
    ...(nft === undefined ? {} : { nft }),
    ...(ip === undefined ? {} : { ip }),
    runtimes,
    missing,
  };
}
