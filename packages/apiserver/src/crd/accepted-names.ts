import type { Draft } from "@pinnace/apimachinery";

/** Names of a CustomResourceDefinition, as its spec asks for them or its status accepts them. */
export interface DefinitionNames {
  readonly plural: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly kind: string;
  readonly listKind?: string;
  readonly categories?: readonly string[];
}

/** Which names a definition gets, and why not all of them. */
export interface NameVerdict {
  readonly accepted: DefinitionNames;
  /** Absent: all names are accepted. */
  readonly conflict?: { readonly reason: string; readonly message: string };
}

const NONE: DefinitionNames = { plural: "", kind: "" };

/**
 * Judges each name by itself, as upstream does: one that another definition of the group has stays what it was before
 * (`before`), the others are accepted. Plural, singular and short names share one space, kinds and list kinds another.
 */
export function judgeNames(
  asked: DefinitionNames,
  before: DefinitionNames = NONE,
  others: readonly DefinitionNames[] = [],
): NameVerdict {
  const resources = new Set(others.flatMap((each) => [each.plural, each.singular ?? "", ...(each.shortNames ?? [])]));
  const kinds = new Set(others.flatMap((each) => [each.kind, each.listKind ?? ""]));
  const accepted: Draft = { ...before };
  let conflict: NameVerdict["conflict"];
  const judge = (member: keyof DefinitionNames, reason: string, taken: ReadonlySet<string>): void => {
    const value = asked[member];
    const names = value === undefined ? [] : typeof value === "string" ? [value] : value;
    const clashes = names.filter((name) => name !== "" && taken.has(name)).map((name) => `"${name}" is already in use`);
    if (clashes.length > 0)
      conflict = { reason, message: clashes.length === 1 ? (clashes[0] ?? "") : `[${clashes.join(", ")}]` };
    else if (value === undefined) delete accepted[member];
    else accepted[member] = value;
  };
  judge("plural", "PluralConflict", resources);
  judge("singular", "SingularConflict", resources);
  judge("shortNames", "ShortNamesConflict", resources);
  judge("kind", "KindConflict", kinds);
  judge("listKind", "ListKindConflict", kinds);
  judge("categories", "", new Set());
  return conflict === undefined ? { accepted } : { accepted, conflict };
}

/** What a spec asks for, with what follows from it. */
export function askedNames(names: Draft): DefinitionNames {
  return {
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    ...(names.shortNames ? { shortNames: names.shortNames } : {}),
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    ...(names.categories ? { categories: names.categories } : {}),
  };
}
