import type { KubernetesObject, OwnerReference } from "@pinnace/apimachinery";

/** The finalizers by which a DELETE says what becomes of dependents. */
export const FOREGROUND = "foregroundDeletion";
export const ORPHAN = "orphan";

/** Where an object is: what an owner reference says, and the namespace. */
interface ObjectIdentity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** An object and who depends on it. */
export interface GraphNode {
  identity: ObjectIdentity;
  /** False while the object was only named as an owner and never seen. */
  observed: boolean;
  owners: readonly OwnerReference[];
  readonly dependents: Map<string, GraphNode>;
  beingDeleted: boolean;
  /** Foreground deletion: it waits until its blocking dependents are gone. */
  deletingDependents: boolean;
  /** Its dependents are to lose it as owner before it goes. */
  orphaningDependents: boolean;
}

/** What a change of the graph asks for, by uid. */
export interface GraphWork {
  readonly attemptDelete: readonly string[];
  readonly attemptOrphan: readonly string[];
}

/** Who owns whom, kept by the events of all informers. An owner that was never seen is a node, too, to be looked up. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** An object appeared or changed. */
  observe(object: KubernetesObject): GraphWork {
    const { uid = "", ownerReferences = [] } = object.metadata ?? {};
    const present = this.#nodes.get(uid);
    const node = present ?? newNode(identityOf(object));
    const work = new Work();
    if (present === undefined) this.#nodes.set(uid, node);
    // Its dependents may have named it by a wrong place: they must be looked at again.
    if (present !== undefined && !present.observed && !samePlace(present.identity, identityOf(object)))
      for (const dependent of present.dependents.keys()) work.delete(dependent);
    node.observed = true;
    node.identity = identityOf(object);
    this.#setOwners(node, ownerReferences, work);
    this.#setState(node, object, work);
    return work;
  }

  /** An object is gone. */
  forget(uid: string): GraphWork {
    const work = new Work();
    const node = this.#nodes.get(uid);
    if (node === undefined) return work;
    this.#nodes.delete(uid);
    for (const owner of node.owners) {
      const ownerNode = this.#nodes.get(owner.uid);
      ownerNode?.dependents.delete(uid);
      if (ownerNode?.deletingDependents) work.delete(owner.uid);
    }
    for (const dependent of node.dependents.keys()) work.delete(dependent);
    return work;
  }

  #setOwners(node: GraphNode, owners: readonly OwnerReference[], work: Work): void {
    const { uid, namespace } = node.identity;
    for (const before of node.owners) {
      const after = owners.find((owner) => owner.uid === before.uid);
      const ownerNode = this.#nodes.get(before.uid);
      if (after === undefined) ownerNode?.dependents.delete(uid);
      const blocksLess = after === undefined || (before.blockOwnerDeletion === true && !after.blockOwnerDeletion);
      if (blocksLess && ownerNode?.deletingDependents) work.delete(before.uid);
    }
    const lost = node.owners.length > 0 && owners.length < node.owners.length;
    for (const owner of owners) {
      let ownerNode = this.#nodes.get(owner.uid);
      if (ownerNode === undefined) {
        const { apiVersion, kind, name } = owner;
        ownerNode = newNode({ apiVersion, kind, namespace, name, uid: owner.uid });
        this.#nodes.set(owner.uid, ownerNode);
        work.delete(owner.uid);
      } else if (!isPlaceOf(ownerNode, owner, namespace)) work.delete(uid);
      if (!ownerNode.dependents.has(uid) && ownerNode.deletingDependents) work.delete(uid);
      ownerNode.dependents.set(uid, node);
    }
    node.owners = owners;
    if (lost && owners.length > 0) work.delete(uid);
  }

  #setState(node: GraphNode, { metadata }: KubernetesObject, work: Work): void {
    node.beingDeleted = metadata?.deletionTimestamp !== undefined;
    const finalizers = metadata?.finalizers ?? [];
    const waits = node.beingDeleted && finalizers.includes(FOREGROUND);
    if (waits && !node.deletingDependents) {
      for (const dependent of node.dependents.keys()) work.delete(dependent);
      work.delete(node.identity.uid);
    }
    node.deletingDependents = waits;
    const orphans = node.beingDeleted && finalizers.includes(ORPHAN);
    if (orphans && !node.orphaningDependents) work.orphan(node.identity.uid);
    node.orphaningDependents = orphans;
  }
}

/** Dependents that hold up the foreground deletion of their owner. */
export function blockingDependents(node: GraphNode): readonly GraphNode[] {
  return [...node.dependents.values()].filter((dependent) =>
    dependent.owners.some((owner) => owner.uid === node.identity.uid && owner.blockOwnerDeletion === true),
  );
}

class Work implements GraphWork {
  readonly #delete = new Set<string>();
  readonly #orphan = new Set<string>();

  get attemptDelete(): readonly string[] {
    return [...this.#delete];
  }

  get attemptOrphan(): readonly string[] {
    return [...this.#orphan];
  }

  delete(uid: string): void {
    this.#delete.add(uid);
  }

  orphan(uid: string): void {
    this.#orphan.add(uid);
  }
}

function newNode(identity: ObjectIdentity): GraphNode {
  return {
    identity,
    observed: false,
    owners: [],
    dependents: new Map(),
    beingDeleted: false,
    deletingDependents: false,
    orphaningDependents: false,
  };
}

function identityOf({ apiVersion = "", kind = "", metadata }: KubernetesObject): ObjectIdentity {
  const { namespace = "", name = "", uid = "" } = metadata ?? {};
  return { apiVersion, kind, namespace, name, uid };
}

function samePlace(a: ObjectIdentity, b: ObjectIdentity): boolean {
  return a.namespace === b.namespace && a.name === b.name && a.kind === b.kind;
}

/** Whether the owner that a reference names is where the reference says: in the dependent's namespace, or in none. */
function isPlaceOf(owner: GraphNode, reference: OwnerReference, namespace: string): boolean {
  const { identity } = owner;
  if (!owner.observed) return identity.namespace === namespace && identity.name === reference.name;
  const inReach = identity.namespace === "" || identity.namespace === namespace;
  return inReach && identity.kind === reference.kind && identity.name === reference.name;
}
