import type { ValidatingAdmissionPolicy } from "@pinnace/api";

/** A resource that a policy names. */
export interface NamedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** The resources that the rules of a policy name outright: those behind wildcards, and subresources, are not checked. */
export function namedResources({ spec }: ValidatingAdmissionPolicy): readonly NamedResource[] {
  return (spec?.matchConstraints?.resourceRules ?? []).flatMap(
    ({ apiGroups = [], apiVersions = [], resources = [] }) => {
      if ([...apiGroups, ...apiVersions].some((name) => name.includes("*"))) return [];
      const plain = resources.filter((name) => !/[*/]/.test(name));
      return [...apiGroups]
        .sort()
        .flatMap((group) =>
          [...apiVersions]
            .sort()
            .flatMap((version) => [...plain].sort().map((resource) => ({ group, version, resource }))),
        );
    },
  );
}
