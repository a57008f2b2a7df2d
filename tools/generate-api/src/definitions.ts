import type { FieldFact, MergeFacts, TypeFact } from "./facts.ts";
import { leafTypes } from "./facts.ts";
import { type Model, type ModelProperty, readModel } from "./models.ts";
import { definitionPrefix } from "./packages.ts";

export interface Field {
  readonly fact: FieldFact;
  readonly required: boolean;
  readonly merge: readonly string[];
  readonly default: string | undefined;
  readonly description: string;
}

/** A published or wire-only type with all that is known about it. */
export interface Definition {
  readonly id: string;
  readonly fact: TypeFact;
  readonly name: string;
  /** Has `apiVersion` and `kind` of its own. */
  readonly kind: boolean;
  readonly merge: readonly string[];
  readonly description: string;
  readonly fields: readonly Field[];
}

/** What the npm package cannot say: it turns definitions without properties into `any`, and has no union types. */
const withoutModel = new Set([
  "apiextensions/v1.CustomResourceSubresourceStatus",
  "apiserverinternal/v1alpha1.StorageVersionSpec",
  "scheduling/v1alpha2.BasicSchedulingPolicy",
]);

/** Kinds that do not start with `metadata`. */
const bareKinds = new Set([
  "meta/v1.APIGroup",
  "meta/v1.APIGroupList",
  "meta/v1.APIResourceList",
  "meta/v1.APIVersions",
  "meta/v1.DeleteOptions",
  "meta/v1.Status",
  "meta/v1.WatchEvent",
]);

/** A field of a struct, or of one that is inlined in it. */
interface PlacedField {
  readonly fact: FieldFact;
  /** Id of the type that declares it. */
  readonly owner: string;
  /** The names of the inlined structs on the way to it. */
  readonly inline: readonly string[];
}

function jsonFields(
  type: TypeFact,
  types: ReadonlyMap<string, TypeFact>,
  inline: readonly string[] = [],
): Map<string, PlacedField> {
  const fields = new Map<string, PlacedField>();
  for (const fact of type.fields) {
    const inner = types.get(fact.type);
    if (fact.json !== "") fields.set(fact.json, { fact, owner: `${type.package}.${type.name}`, inline });
    else for (const [json, placed] of jsonFields(inner!, types, [...inline, inner!.name])) fields.set(json, placed);
  }
  return fields;
}

/** What messages of Go's decoder say of a field: its type, where the wire does not tell it, and what it is inlined in. */
function decoderWords({ fact, owner, inline }: PlacedField, goNames: ReadonlyMap<string, string>): readonly string[] {
  const name = goNames.get(`${owner}.${fact.json}`);
  return [...(name === undefined ? [] : [`go=${name}`]), ...(inline.length === 0 ? [] : [`in=${inline.join(".")}`])];
}

/** The type that the npm package should give a field, and its format. */
function expectedModelType(type: string): string {
  if (type.startsWith("*")) return expectedModelType(type.slice(1));
  if (type.startsWith("[]")) return `Array<${expectedModelType(type.slice(2))}>`;
  if (type.startsWith("map[]")) return `{ [key: string]: ${expectedModelType(type.slice(5))}; }`;
  switch (type) {
    case "bool":
      return "boolean";
    case "int32":
    case "int64":
    case "double":
      return "number";
    case "bytes":
    case "Quantity":
      return "string";
    case "Time":
      return "Date";
    case "MicroTime":
      return "V1MicroTime";
    case "StringList":
      return "Array<string>";
    case "RawExtension":
    case "FieldsV1":
      return "any";
    default:
      return leafTypes.has(type) && type !== "IntOrString" ? "any" : type.replace(/^.*\./, "");
  }
}

function agrees(fact: FieldFact, property: ModelProperty): boolean {
  const expected = expectedModelType(fact.type);
  const actual = property.type.replace(/\b(?:[A-Z][a-z]+)?V\d(?:(?:alpha|beta)\d)?(?=[A-Z])(?!MicroTime)/g, "");
  if (withoutModel.has(fact.type.replace(/^\*/, ""))) return property.type === "any";
  const format = /int(32|64)$/.exec(fact.type)?.[0] ?? (fact.type.endsWith("double") ? "double" : undefined);
  const formatAgrees = format === undefined || fact.type.startsWith("[]") || property.format === format;
  return formatAgrees && actual === expected;
}

function isKind(id: string, fact: TypeFact, model: Model | undefined): boolean {
  const names = new Set(model?.properties.map((property) => property.json));
  if (!names.has("apiVersion") || !names.has("kind")) return false;
  return bareKinds.has(id) || fact.fields.some((field) => /^meta\/v1\.(Object|List)Meta$/.test(field.type));
}

/** Compares the facts with the model; returns what differs. */
function differences(id: string, facts: ReadonlyMap<string, PlacedField>, model: Model, kind: boolean): string[] {
  const problems: string[] = [];
  const properties = new Map(model.properties.map((property) => [property.json, property]));
  for (const [json, { fact }] of facts) {
    const property = properties.get(json);
    if (property === undefined) problems.push(`${id}.${json}: not in ${model.name}`);
    else if (!agrees(fact, property))
      problems.push(`${id}.${json}: ${fact.type} but ${property.type} ${property.format}`);
  }
  for (const json of properties.keys())
    if (!facts.has(json) && !(kind && (json === "apiVersion" || json === "kind")))
      problems.push(`${id}.${json}: no fact`);
  return problems;
}

interface Sources {
  readonly types: ReadonlyMap<string, TypeFact>;
  readonly merge: MergeFacts;
  readonly defaults: ReadonlyMap<string, string>;
  readonly goNames: ReadonlyMap<string, string>;
}

async function define(id: string, fact: TypeFact, sources: Sources, problems: string[]): Promise<Definition> {
  const name = `${definitionPrefix(fact.package)}.${fact.name}`;
  const model = fact.published ? await readModel(name) : undefined;
  if (fact.published && model === undefined && !withoutModel.has(id)) problems.push(`${id}: no model`);
  const kind = isKind(id, fact, model) || (!fact.published && /^meta\/v1\..*Options$|^admission\/.*Review$/.test(id));
  if (model !== undefined) problems.push(...differences(id, jsonFields(fact, sources.types), model, kind));
  const properties = new Map(model?.properties.map((property) => [property.json, property]));
  const inlined = jsonFields(fact, sources.types);
  return {
    id,
    fact,
    name,
    kind,
    merge: sources.merge.get(`${id}.-`) ?? [],
    description: model?.description ?? "",
    fields: [
      ...fact.fields.filter((field) => field.json === "").map((field) => ({ fact: field, owner: id, inline: [] })),
      ...inlined.values(),
    ].map((placed) => ({
      fact: placed.fact,
      required: properties.get(placed.fact.json)?.required ?? false,
      merge: [
        ...(sources.merge.get(`${id}.${placed.fact.json}`) ?? []),
        ...(fact.published ? decoderWords(placed, sources.goNames) : []),
      ],
      default: sources.defaults.get(`${id}.${placed.fact.json}`),
      description: properties.get(placed.fact.json)?.description ?? "",
    })),
  };
}

/** All definitions by id; `problems` lists every disagreement between the npm package and the facts. */
export async function buildDefinitions(
  sources: Sources,
): Promise<{ definitions: Map<string, Definition>; problems: readonly string[] }> {
  const definitions = new Map<string, Definition>();
  const problems: string[] = [];
  for (const [id, fact] of sources.types) definitions.set(id, await define(id, fact, sources, problems));
  return { definitions, problems };
}
