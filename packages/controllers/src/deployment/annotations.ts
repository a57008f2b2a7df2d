import type { Deployment, ReplicaSet } from "@pinnace/api";

export const REVISION = "deployment.kubernetes.io/revision";
const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

/** Annotations that say something about the Deployment itself and are not copied to its ReplicaSets. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
]);
/** Characters that the history of revisions may have. */
const HISTORY_LIMIT = 2000;

type Annotations = Readonly<Record<string, string>>;

/** The revision of a ReplicaSet or Deployment, which may need all of 64 bits; 0 when there is none. */
export function revisionOf(object: Pick<ReplicaSet, "metadata">): bigint {
  return parseRevision(object.metadata?.annotations?.[REVISION] ?? "");
}

const parseRevision = (text: string): bigint => (/^[+-]?\d+$/.test(text) ? BigInt(text) : 0n);

/** The highest revision among ReplicaSets; 0 when there is none. */
export function maxRevision(replicaSets: readonly ReplicaSet[]): bigint {
  let highest = 0n;
  for (const revision of replicaSets.map(revisionOf)) if (revision > highest) highest = revision;
  return highest;
}

/** The number in the annotation `desired-replicas`; undefined when it is absent or no number. */
export function desiredReplicas(replicaSet: ReplicaSet): number | undefined {
  return numberIn(replicaSet, DESIRED_REPLICAS);
}

/** The number in the annotation `max-replicas`; undefined when it is absent or no number. */
export function maxReplicas(replicaSet: ReplicaSet): number | undefined {
  return numberIn(replicaSet, MAX_REPLICAS);
}

/** The two annotations that record the scale of the Deployment. */
export function replicasAnnotations(desired: number, max: number): Annotations {
  return { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(max) };
}

/**
 * The annotations of the ReplicaSet of the present template: the Deployment's own are copied, and a revision below
 * `revision` is raised to it. A ReplicaSet that is used again remembers its earlier revisions.
 */
export function newReplicaSetAnnotations(deployment: Deployment, present: Annotations, revision: bigint): Annotations {
  const copied = Object.entries(deployment.metadata?.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key));
  const annotations: Record<string, string> = { ...present, ...Object.fromEntries(copied) };
  const old = present[REVISION];
  if (old !== undefined && parseRevision(old) >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (old !== undefined) annotations[REVISION_HISTORY] = withHistory(present[REVISION_HISTORY], old);
  return annotations;
}

/** Appends a revision; the oldest go when the text becomes too long. */
function withHistory(history: string | undefined, revision: string): string {
  const revisions = history ? history.split(",") : [];
  revisions.push(revision);
  while (revisions.length > 1 && revisions.join(",").length > HISTORY_LIMIT) revisions.shift();
  return revisions.join(",");
}

function numberIn(replicaSet: ReplicaSet, annotation: string): number | undefined {
  const text = replicaSet.metadata?.annotations?.[annotation];
  if (text === undefined) return undefined;
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? undefined : number;
}
