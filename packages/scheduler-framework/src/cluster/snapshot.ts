import type { NodeInfo, Snapshot } from "../contract/node-info.ts";
import type { ChangeLog } from "./change-log.ts";

/** What happened to a row of the table: where, and what was there before. */
interface Undo {
  readonly position: number;
  readonly info: NodeInfo;
}

/** What a snapshot is made of. */
export interface SnapshotParts {
  readonly generation: number;
  /** The table. Its rows may change when a later snapshot takes it over; {@link TableSnapshot.supersede} is told first. */
  readonly nodes: readonly NodeInfo[];
  /** Belongs to the table. */
  readonly generations: Float64Array;
  readonly positions: ReadonlyMap<string, number>;
  /** Nodes that have each image. */
  readonly images: ReadonlyMap<string, number>;
  readonly changes?: ChangeLog | undefined;
  /** Whether any pod has affinity, or required anti-affinity; undefined when that is to be found out. */
  readonly hasAffinity?: boolean;
  readonly hasRequiredAntiAffinity?: boolean;
}

/**
 * A snapshot that shares its table with the one that follows it. The newest owns the table; an older one that is still
 * looked at gets a copy with what has changed since put back, so that a new snapshot costs only its changes.
 */
export class TableSnapshot implements Snapshot {
  readonly generation: number;
  readonly #positions: ReadonlyMap<string, number>;
  readonly #images: ReadonlyMap<string, number>;
  readonly #changes: ChangeLog | undefined;
  /** Undefined when a later one has taken the table over. */
  #nodes: readonly NodeInfo[] | undefined;
  #generations: Float64Array | undefined;
  #later: TableSnapshot | undefined;
  #undo: readonly Undo[] = [];
  readonly #hasAffinity: boolean | undefined;
  readonly #hasRequiredAntiAffinity: boolean | undefined;
  #affine: readonly NodeInfo[] | undefined;
  #refusing: readonly NodeInfo[] | undefined;

  constructor(parts: SnapshotParts) {
    this.generation = parts.generation;
    this.#nodes = parts.nodes;
    this.#generations = parts.generations;
    this.#positions = parts.positions;
    this.#images = parts.images;
    this.#changes = parts.changes;
    if (parts.hasAffinity === false) this.#affine = NO_NODES;
    if (parts.hasRequiredAntiAffinity === false) this.#refusing = NO_NODES;
    this.#hasAffinity = parts.hasAffinity;
    this.#hasRequiredAntiAffinity = parts.hasRequiredAntiAffinity;
  }

  get nodes(): readonly NodeInfo[] {
    this.#nodes ??= this.#restored();
    return this.#nodes;
  }

  get generations(): Float64Array {
    this.#generations ??= generationsOf(this.nodes);
    return this.#generations;
  }

  get(name: string): NodeInfo | undefined {
    const position = this.#positions.get(name);
    return position === undefined ? undefined : this.nodes[position];
  }

  positionOf(name: string): number | undefined {
    return this.#positions.get(name);
  }

  get hasAffinityPods(): boolean {
    return this.#hasAffinity ?? this.nodesWithAffinityPods.length > 0;
  }

  get hasRequiredAntiAffinityPods(): boolean {
    return this.#hasRequiredAntiAffinity ?? this.nodesWithRequiredAntiAffinityPods.length > 0;
  }

  get nodesWithAffinityPods(): readonly NodeInfo[] {
    this.#affine ??= this.nodes.filter((node) => node.podsWithAffinity.length > 0);
    return this.#affine;
  }

  get nodesWithRequiredAntiAffinityPods(): readonly NodeInfo[] {
    this.#refusing ??= this.nodesWithAffinityPods.filter((node) => node.podsWithRequiredAntiAffinity.length > 0);
    return this.#refusing;
  }

  nodesWithImage(name: string): number {
    return this.#images.get(name) ?? 0;
  }

  changedSince(generation: number): ReadonlySet<string> | undefined {
    return this.#changes?.between(generation, this.generation);
  }

  /** A later snapshot takes the table over, and changes these rows after this call. */
  supersede(later: TableSnapshot, undo: readonly Undo[]): void {
    this.#nodes = undefined;
    this.#generations = undefined;
    this.#later = later;
    this.#undo = undo;
  }

  #restored(): readonly NodeInfo[] {
    const undone: (readonly Undo[])[] = [];
    let newest: TableSnapshot = this;
    while (newest.#nodes === undefined) {
      undone.push(newest.#undo);
      newest = newest.#later!;
    }
    const nodes = [...newest.#nodes];
    for (const undo of undone.reverse()) for (const { position, info } of undo) nodes[position] = info;
    this.#later = undefined;
    this.#undo = [];
    return nodes;
  }
}

const NO_NODES: readonly NodeInfo[] = Object.freeze([]);

/** How many nodes have each image. */
function countImages(nodes: Iterable<NodeInfo>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { images } of nodes) for (const name of images.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

export const positionsOf = (nodes: readonly NodeInfo[]): Map<string, number> =>
  new Map(nodes.map(({ name }, position) => [name, position]));

export const generationsOf = (nodes: readonly NodeInfo[]): Float64Array =>
  Float64Array.from(nodes, ({ generation }) => generation);

/** A snapshot of a list of nodes, for tests of plugins. */
export function createSnapshot(generation: number, nodes: readonly NodeInfo[]): Snapshot {
  return new TableSnapshot({
    generation,
    nodes,
    generations: generationsOf(nodes),
    positions: positionsOf(nodes),
    images: countImages(nodes),
  });
}
