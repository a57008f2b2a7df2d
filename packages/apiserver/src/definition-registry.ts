import type { ResourceDefinition } from "@pinnace/apimachinery";
import { isCustom } from "./custom.ts";

/** The versions of one API group, preferred version first. */
export interface GroupVersions {
  readonly group: string;
  readonly versions: readonly string[];
}

/** All resources that the server serves. It changes while the server runs: CustomResourceDefinitions come and go. */
export class DefinitionRegistry {
  readonly #byPath = new Map<string, ResourceDefinition>();
  /** By group, version and resource: found without making a text of them. */
  readonly #byParts = new Map<string, Map<string, Map<string, ResourceDefinition>>>();
  readonly #groups = new Map<string, Map<string, ResourceDefinition[]>>();
  #generation = 0;
  #stored: StoredDefinitions = { generation: -1, definitions: new Map() };

  constructor(definitions: Iterable<ResourceDefinition> = []) {
    for (const definition of definitions) this.add(definition);
  }

  /** Grows with every change; discovery and OpenAPI documents are kept for one generation. */
  get generation(): number {
    return this.#generation;
  }

  /** Adds a resource, or replaces the one of the same group, version and resource. */
  add(definition: ResourceDefinition): void {
    this.remove(definition);
    const { group, version, resource } = definition;
    this.#byPath.set(`${group}/${version}/${resource}`, definition);
    const byVersion = this.#byParts.get(group) ?? new Map<string, Map<string, ResourceDefinition>>();
    this.#byParts.set(group, byVersion);
    const byResource = byVersion.get(version) ?? new Map<string, ResourceDefinition>();
    byVersion.set(version, byResource);
    byResource.set(resource, definition);
    const versions = this.#groups.get(group) ?? new Map<string, ResourceDefinition[]>();
    this.#groups.set(group, versions);
    versions.set(version, [...(versions.get(version) ?? []), definition]);
    this.#generation += 1;
  }

  remove({ group, version, resource }: Pick<ResourceDefinition, "group" | "version" | "resource">): void {
    if (!this.#byPath.delete(`${group}/${version}/${resource}`)) return;
    this.#byParts.get(group)?.get(version)?.delete(resource);
    this.#generation += 1;
    const versions = this.#groups.get(group)!;
    const rest = versions.get(version)!.filter((definition) => definition.resource !== resource);
    if (rest.length > 0) versions.set(version, rest);
    else versions.delete(version);
    if (versions.size === 0) this.#groups.delete(group);
  }

  find(group: string, version: string, resource: string): ResourceDefinition | undefined {
    return this.#byParts.get(group)?.get(version)?.get(resource);
  }

  /** Any served version of a resource, the preferred one first. */
  findAnyVersion(group: string, resource: string): ResourceDefinition | undefined {
    for (const version of this.versionsOf(group)) {
      const definition = this.find(group, version, resource);
      if (definition !== undefined) return definition;
    }
    return undefined;
  }

  findKind(group: string, version: string, kind: string): ResourceDefinition | undefined {
    return this.#groups
      .get(group)
      ?.get(version)
      ?.find((definition) => definition.kind === kind);
  }

  /** All served versions of what is stored as one resource. */
  storedAs(storageResource: string): readonly ResourceDefinition[] {
    if (this.#stored.generation !== this.#generation) this.#stored = groupByStorage(this.all(), this.#generation);
    return this.#stored.definitions.get(storageResource) ?? [];
  }

  hasGroup(group: string): boolean {
    return this.#groups.has(group);
  }

  /** Whether a group has resources besides custom ones; only then does a path of it that leads nowhere get a Status. */
  hasBuiltIn(group: string): boolean {
    for (const definitions of this.#groups.get(group)?.values() ?? [])
      if (definitions.some((definition) => !isCustom(definition))) return true;
    return false;
  }

  groups(): readonly GroupVersions[] {
    return [...this.#groups.keys()].map((group) => ({ group, versions: this.versionsOf(group) }));
  }

  /** The resources of a group version by name; empty when it is not served. */
  resources(group: string, version: string): readonly ResourceDefinition[] {
    const resources = this.#groups.get(group)?.get(version) ?? [];
    return [...resources].sort((a, b) => (a.resource < b.resource ? -1 : 1));
  }

  all(): readonly ResourceDefinition[] {
    return [...this.#byPath.values()];
  }

  versionsOf(group: string): readonly string[] {
    return [...(this.#groups.get(group)?.keys() ?? [])].sort(compareVersions);
  }
}

interface StoredDefinitions {
  readonly generation: number;
  readonly definitions: ReadonlyMap<string, readonly ResourceDefinition[]>;
}

function groupByStorage(all: readonly ResourceDefinition[], generation: number): StoredDefinitions {
  const stored = all.filter((definition) => definition.stored);
  return { generation, definitions: Map.groupBy(stored, ({ storageResource }) => storageResource) };
}

/** Newest stable version first (apimachinery/pkg/version): v2, v1, v1beta1, v1alpha1, then other names by alphabet. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [rank(a), rank(b)];
  if (x === undefined || y === undefined) return x === y ? (a < b ? -1 : 1) : x === undefined ? 1 : -1;
  return y.stability - x.stability || y.major - x.major || y.minor - x.minor;
}

function rank(version: string): { stability: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return undefined;
  const stability = match[2] === undefined ? 2 : match[2] === "beta" ? 1 : 0;
  return { stability, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}
