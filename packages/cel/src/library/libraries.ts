import type { FunctionDeclaration } from "../check/declarations.ts";
import { patchTypes, STANDARD_TYPES, type StructType } from "../check/type-provider.ts";
import type { Library } from "../contract.ts";
import type { Macro } from "../syntax/macro.ts";
import { BIND_MACRO, MACROS, SORT_BY_MACRO } from "../syntax/macros.ts";
import { type CelType, opaqueType } from "../types/cel-type.ts";
import { ADDRESSES, CIDR, IP } from "./kubernetes/addresses.ts";
import { AUTHORIZATION } from "./kubernetes/authorization.ts";
import { NAMED_FORMATS } from "./kubernetes/formats.ts";
import { JSON_PATCH } from "./kubernetes/json-patch.ts";
import { QUANTITIES } from "./kubernetes/quantities.ts";
import { REGEX } from "./kubernetes/regex.ts";
import { VERSIONS } from "./kubernetes/semver.ts";
import { URLS } from "./kubernetes/urls.ts";
import { KUBERNETES_LISTS, LISTS, SETS } from "./lists.ts";
import { OPTIONALS } from "./optionals.ts";
import { STANDARD } from "./standard.ts";
import { STRINGS } from "./strings.ts";

/** What a library adds to an environment. */
export interface LibraryParts extends Library {
  readonly functions: readonly FunctionDeclaration[];
  readonly macros: readonly Macro[];
  /** Types that have a name in expressions. */
  readonly types: readonly CelType[];
  /** Objects whose types are made up as they are used. */
  readonly structs?: (name: string) => StructType | undefined;
}

/** The language and the libraries that every expression in Kubernetes 1.36 has. */
export const KUBERNETES: LibraryParts = {
  name: "kubernetes",
  functions: [
    ...STANDARD,
    ...OPTIONALS,
    ...STRINGS,
    ...URLS,
    ...REGEX,
    ...KUBERNETES_LISTS,
    ...AUTHORIZATION,
    ...QUANTITIES,
    ...SETS,
    ...ADDRESSES,
    ...NAMED_FORMATS,
    ...VERSIONS,
    ...LISTS,
  ],
  macros: [...MACROS, SORT_BY_MACRO],
  types: [...STANDARD_TYPES, opaqueType("optional_type"), IP, CIDR],
};

/** `cel.bind(x, value, expression)`, which device selectors have. */
export function bindings(): Library {
  const library: LibraryParts = { name: "bindings", functions: [], macros: [BIND_MACRO], types: [] };
  return library;
}

/** `Object{...}`, `JSONPatch{...}` and `jsonpatch.escapeKey`, which mutations have. */
export function jsonPatchLibrary(): Library {
  const library: LibraryParts = {
    name: "jsonpatch",
    functions: JSON_PATCH,
    macros: [],
    types: [],
    structs: patchTypes,
  };
  return library;
}
