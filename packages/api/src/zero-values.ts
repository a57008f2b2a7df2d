import type { Draft } from "@pinnace/apimachinery";
import { typeOfDefinitionName } from "./definition-names.ts";
import { jsonFields, type TypeField, type TypeRef, typeEntry } from "./type-table.ts";

/** How one member of a struct reads when it is absent, and which values count as absent. */
interface Member {
  readonly json: string;
  /** What JSON prints for a missing member: `undefined` (nothing), `""`, 0, false, null, or a struct to fill. */
  readonly missing: unknown;
  /** A map, which Go prints in the order of its keys. */
  readonly sorted: boolean;
  /** The type of the struct whose empty value stands for a missing member. */
  readonly missingStruct: string | undefined;
  /** Whether JSON leaves this value out. */
  omits(value: unknown): boolean;
  /** Whether Go cannot tell this value from a missing member. */
  isZero(value: unknown): boolean;
  /** Visits the structs below. */
  descend?(value: Draft, visit: Visit): void;
}

interface Plan {
  byName: ReadonlyMap<string, Member>;
  /** Those that JSON prints when they are missing. */
  printed: readonly Member[];
}

const plans = new Map<string, Plan>();

const scalarZeros: Readonly<Record<string, unknown>> = { string: "", bool: false, int32: 0, int64: 0, double: 0 };

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function isNull(value: unknown): boolean {
  return value === null;
}

/** Values that Go's `omitempty` leaves out. A struct, a `Time` included, is never empty. */
function omission(field: TypeField): (value: unknown) => boolean {
  const { type } = field;
  if (field.printsZero) return () => false;
  switch (type.form) {
    case "pointer":
      return isNull;
    case "list":
    case "map":
      return (value) => value === null || isEmpty(value);
    case "struct":
      return () => false;
    case "value": {
      if (type.name === "bytes") return (value) => value === null || value === "";
      if (type.name === "StringList") return (value) => value === null || isEmpty(value);
      const zero = scalarZeros[type.name];
      if (zero !== undefined) return (value) => value === null || value === zero;
      return field.omitZero ? isNull : () => false;
    }
  }
}

/** Values that Go decodes into what a missing member also is. */
function zeroTest(field: TypeField): (value: unknown) => boolean {
  const { type } = field;
  if (type.form !== "value") return omission(field);
  if (type.name === "IntOrString") return (value) => value === null || value === 0 || value === "";
  const zero = scalarZeros[type.name];
  return zero === undefined ? isNull : (value) => value === null || value === zero;
}

/** What Go prints for a zero value that it does not leave out; `undefined` when it leaves it out. */
function missingValue(field: TypeField): unknown {
  const { type } = field;
  const printed = field.printsZero;
  switch (type.form) {
    case "pointer":
    case "list":
    case "map":
      return printed ? null : undefined;
    case "struct":
      return {};
    case "value":
      if (type.name in scalarZeros) return printed ? scalarZeros[type.name] : undefined;
      if (type.name === "Quantity") return "0";
      if (type.name === "IntOrString") return 0;
      if (type.name === "bytes" || type.name === "StringList") return printed ? null : undefined;
      return field.omitZero ? undefined : null;
  }
}

/** What is done to a struct: zero values completed, or dropped. */
type Visit = (draft: Draft, plan: Plan) => void;

function descent(type: TypeRef): ((value: Draft, visit: Visit) => void) | undefined {
  switch (type.form) {
    case "pointer":
      return descent(type.of);
    case "struct": {
      // Made when it is visited: a Pod may hold far more types than any pod does.
      let plan: Plan | undefined;
      return (value, visit) => {
        plan ??= planOf(type.id);
        visit(value, plan);
      };
    }
    case "value":
      return type.name.startsWith("JSONSchemaPropsOr") ? descendAlternative : undefined;
    default: {
      const each = descent(type.of);
      if (each === undefined) return undefined;
      return (values, visit) => {
        if (typeof values !== "object" || values === null) return;
        if (Array.isArray(values)) for (let at = 0; at < values.length; at++) each(values[at], visit);
        else for (const key in values) each(values[key], visit);
      };
    }
  }
}

const SCHEMA = "apiextensions/v1.JSONSchemaProps";

/** Visits the schemas where there may be a schema, several, a flag or texts. */
function descendAlternative(value: Draft, visit: Visit): void {
  for (const each of Array.isArray(value) ? value : [value]) if (typeof each === "object") visit(each, planOf(SCHEMA));
}

function memberOf(field: TypeField): Member {
  const descend = descent(field.type);
  return {
    json: field.json,
    sorted: containerOf(field.type).form === "map",
    missing: missingValue(field),
    missingStruct: field.type.form === "struct" ? field.type.id : undefined,
    omits: omission(field),
    isZero: zeroTest(field),
    ...(descend === undefined ? {} : { descend }),
  };
}

function planOf(id: string): Plan {
  let plan = plans.get(id);
  if (plan === undefined) {
    plan = { byName: new Map(), printed: [] };
    plans.set(id, plan);
    const entry = typeEntry(id);
    const members = entry === undefined ? [] : jsonFields(entry).map(memberOf);
    plan.byName = new Map(members.map((member) => [member.json, member]));
    plan.printed = members.filter((member) => member.missing !== undefined);
  }
  return plan;
}

function containerOf(type: TypeRef): TypeRef {
  return type.form === "pointer" ? containerOf(type.of) : type;
}

function isSorted(map: Draft): boolean {
  let before = "";
  for (const key in map) {
    if (key < before) return false;
    before = key;
  }
  return true;
}

function sortedMap(map: Draft): Draft {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Scalars that are no zero value of any type: nothing is to be done with them. */
function isFullScalar(value: unknown): boolean {
  return typeof value === "object" ? false : Boolean(value);
}

function complete(draft: Draft, plan: Plan): void {
  completeAround(draft, plan, undefined);
}

/** {@link complete}, but for members that are the very same as in `known`. */
function completeAround(draft: Draft, plan: Plan, known: Draft | undefined): void {
  if (typeof draft !== "object" || draft === null || Array.isArray(draft)) return;
  for (const name in draft) {
    const value = draft[name];
    if (isFullScalar(value)) continue;
    const member = plan.byName.get(name);
    if (member === undefined) continue;
    if (known !== undefined && typeof value === "object" && value !== null && value === known[name]) continue;
    if (member.omits(value)) delete draft[name];
    else if (value === null && member.missing !== null) delete draft[name];
    else {
      member.descend?.(value, complete);
      if (member.sorted && !isSorted(value)) draft[name] = sortedMap(value);
    }
  }
  for (const member of plan.printed) if (draft[member.json] === undefined) fill(draft, member);
}

function drop(draft: Draft, plan: Plan): void {
  if (typeof draft !== "object" || draft === null || Array.isArray(draft)) return;
  for (const name in draft) {
    const member = plan.byName.get(name);
    if (member === undefined) continue;
    const value = draft[name];
    if (value === null || member.isZero(value)) delete draft[name];
    else member.descend?.(value, drop);
  }
}

function fill(draft: Draft, member: Member): void {
  if (member.missingStruct === undefined) draft[member.json] = member.missing;
  else {
    const struct = {};
    complete(struct, planOf(member.missingStruct));
    draft[member.json] = struct;
  }
}

/**
 * Brings a draft of a built-in type into the form in which a Go server prints it, in place: zero values that it never
 * leaves out appear (`status: {}`, `resources: {}`, `strategy: {}`, `lastProbeTime: null`), zero values that it always
 * leaves out go (`hostNetwork: false`, `args: []`, `labels: {}`, explicit nulls), and maps are in the order of their keys.
 * `typeId` is such as `core/v1.Pod`.
 * Run it on every decoded request after defaulting and before managed fields are computed: what is stored is then what
 * upstream stores. Unknown members stay.
 */
export function completeZeroValuesOf(draft: Draft, typeId: string): void {
  complete(draft, planOf(typeId));
}

/**
 * Takes out of a draft, in place, what Go cannot tell from a missing member: nulls, zero scalars, empty lists and maps
 * that JSON leaves out. Run it before defaulting, so that `restartPolicy: ""` or `replicas: null` gets its default;
 * {@link completeZeroValues} after defaulting brings back the zero values that are printed.
 */
export function dropZeroValues(draft: Draft, definition: { readonly definitionName: string }): void {
  const typeId = typeOfDefinitionName(definition.definitionName);
  if (typeId !== undefined) drop(draft, planOf(typeId));
}

/**
 * {@link completeZeroValuesOf} for a resource definition; custom resources, whose form is theirs, stay as they are. Members
 * that are the very same instance as in `known`, such as the object that is stored, are complete and not looked into.
 */
export function completeZeroValues(draft: Draft, definition: { readonly definitionName: string }, known?: Draft): void {
  const typeId = typeOfDefinitionName(definition.definitionName);
  if (typeId !== undefined) completeAround(draft, planOf(typeId), known);
}
