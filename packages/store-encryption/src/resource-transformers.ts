import type { ResourceConfiguration } from "./encryption-configuration.ts";
import { type Transformer, transformerOf } from "./transformer.ts";

/** A resource as configurations name it. */
export interface GroupResource {
  /** "" for the core group. */
  readonly group: string;
  readonly resource: string;
}

/** The transformer of a resource; undefined: stored as it is. The first entry that covers a resource is the one. */
export function resourceTransformers(
  configurations: readonly ResourceConfiguration[],
): (resource: GroupResource) => Transformer | undefined {
  const rules = configurations.flatMap(({ resources, providers }) => {
    const transformer = transformerOf(providers);
    return resources.map((name) => ({ name, transformer }));
  });
  return ({ group, resource }) => {
    const exact = group === "" ? resource : `${resource}.${group}`;
    // Events are stored in the core group, whichever group they were written to.
    const names = [exact, `*.${group}`, "*.*"];
    return rules.find(({ name }) => names.includes(name))?.transformer;
  };
}
