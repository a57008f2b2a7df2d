import { basename, dirname } from "node:path";
import type { CaseFile } from "./cases.ts";

/** Cases that share a cluster. */
export interface Suite {
  readonly name: string;
  readonly files: readonly CaseFile[];
  /** Simulated nodes of the cluster. */
  readonly nodes: number;
  /** Cases that the runner replays side by side. */
  readonly jobs: number;
  /** Clusters side by side, each for one case; 0: one cluster for all. */
  readonly clusters: number;
}

/** Cases mostly wait for something, so more of them than the machine has processors run at once. */
const JOBS = 8;
const CLUSTERS = 4;

/** What kind of cluster a file needs, as the recording's README says. */
function kindOf({ id }: CaseFile): string {
  const folder = dirname(id);
  if (basename(id).startsWith("nodes-")) return `${folder} with nodes`;
  return folder;
}

/** Folders whose cases wait longest; they begin first. */
const SLOW: readonly string[] = ["controllers", "policy", "scheduler", "kubectl with nodes"];

/**
 * Puts files that can share a cluster together, those that take longest first. A folder never shares its runner with another one, because the runner
 * tells files apart by their last name only.
 */
export function planSuites(files: readonly CaseFile[]): readonly Suite[] {
  const rank = (name: string): number => (SLOW.includes(name) ? SLOW.indexOf(name) : SLOW.length);
  return [...Map.groupBy(files, kindOf)]
    .map(([name, members]) => ({ name, files: members, ...needs(name) }))
    .sort((a, b) => rank(a.name) - rank(b.name));
}

function needs(kind: string): Pick<Suite, "nodes" | "jobs" | "clusters"> {
  if (kind === "scheduler") return { nodes: 0, jobs: 1, clusters: CLUSTERS };
  if (kind === "alone") return { nodes: 0, jobs: 1, clusters: 1 };
  if (kind === "controllers") return { nodes: 3, jobs: JOBS, clusters: 0 };
  return { nodes: kind.endsWith("with nodes") ? 2 : 0, jobs: JOBS, clusters: 0 };
}
