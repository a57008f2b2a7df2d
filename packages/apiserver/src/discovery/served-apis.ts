import type { Draft } from "@pinnace/apimachinery";
import type { Extension, Extensions } from "../aggregation/extensions.ts";
import { isAvailable } from "../aggregation/proxy-extension.ts";
import { compareVersions, type DefinitionRegistry, type GroupVersions } from "../definition-registry.ts";

/** What clients can discover: the resources of this server, and the APIs of others behind it. */
export class ServedApis {
  readonly registry: DefinitionRegistry;
  readonly extensions: Extensions;

  constructor(registry: DefinitionRegistry, extensions: Extensions) {
    this.registry = registry;
    this.extensions = extensions;
  }

  /** Changes with everything that discovery shows. */
  get generation(): string {
    return `${this.registry.generation}.${this.extensions.generation}`;
  }

  groups(): readonly GroupVersions[] {
    const own = this.registry.groups();
    if (this.extensions.isEmpty) return own;
    const others = this.extensions.all().filter(({ group }) => !own.some((each) => each.group === group));
    const names = [...new Set(this.#byPriority(others).map(({ group }) => group))];
    return [...own, ...names].map((entry) => {
      const group = typeof entry === "string" ? entry : entry.group;
      return { group, versions: this.versionsOf(group) };
    });
  }

  versionsOf(group: string): readonly string[] {
    const own = this.registry.versionsOf(group);
    const others = this.#byPriority(this.extensions.all().filter((each) => each.group === group));
    return [...own, ...others.map(({ version }) => version).filter((version) => !own.includes(version))];
  }

  /** What aggregated discovery says of a version that another server serves; undefined: this server serves it. */
  extension(
    group: string,
    version: string,
  ): { readonly resources: readonly Draft[]; readonly fresh: boolean } | undefined {
    const found = this.extensions.find(group, version);
    if (found === undefined) return undefined;
    return { resources: found.resources ?? [], fresh: found.resources !== undefined && isAvailable(found.apiService) };
  }

  #byPriority(extensions: readonly Extension[]): readonly Extension[] {
    return [...extensions].sort(({ apiService: { spec: a } }, { apiService: { spec: b } }) => {
      const byGroup = (b.groupPriorityMinimum ?? 0) - (a.groupPriorityMinimum ?? 0);
      const byVersion = (b.versionPriority ?? 0) - (a.versionPriority ?? 0);
      return byGroup || byVersion || compareVersions(a.version, b.version);
    });
  }
}
