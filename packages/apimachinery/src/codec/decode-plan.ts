import { isObject } from "../member.ts";
import type { Schema, SchemaResolver } from "../schema.ts";
import { definitionNameOf, goTypeOf, opaque, scalarKindOf, structNameOf } from "./go-type.ts";

/** How a value of a schema is decoded, worked out once for each schema. */
export type DecodePlan = AnyPlan | ScalarPlan | ListPlan | MapPlan | StructPlan;

/** Any JSON: nobody looks into it. */
interface AnyPlan {
  readonly form: "any";
}

export interface ScalarPlan {
  readonly form: "scalar";
  /** As {@link scalarKindOf} names it. */
  readonly kind: string;
  /** As messages name it. */
  readonly goType: string;
}

export interface ListPlan {
  readonly form: "list";
  readonly element: FieldPlan;
  readonly schema: Schema;
  /** As messages name it, where the schema does not tell it. */
  readonly goType: string | undefined;
}

export interface MapPlan {
  readonly form: "map";
  readonly element: FieldPlan;
  readonly schema: Schema;
  readonly goType: string | undefined;
}

export interface StructPlan {
  readonly form: "struct";
  readonly fields: ReadonlyMap<string, FieldPlan>;
  /** Go's name of the type without its package; "" when it has none. */
  readonly name: string;
  readonly qualifiedName: string;
}

const ANY: AnyPlan = { form: "any" };

interface FieldPlace {
  readonly struct?: string;
  readonly name?: string;
  readonly required?: boolean;
}

/** The plan of a field, a list's items or a map's values; made when it is first used, because types contain themselves. */
export class FieldPlan {
  /** Of the struct that the field is in, without package; "" where it is in none. */
  readonly struct: string;
  /** With the inlined structs that hold it: `VolumeSource.hostPath`. */
  readonly name: string;
  readonly schema: Schema;
  readonly #resolve: SchemaResolver;
  readonly #required: boolean;
  #plan: DecodePlan | undefined;
  #omitsEmpty = false;

  constructor(schema: Schema, resolve: SchemaResolver, place: FieldPlace = {}) {
    const { struct = "", name = "", required = true } = place;
    this.schema = schema;
    this.struct = struct;
    const inline = schema["x-go-inline"];
    this.name = inline === undefined ? name : `${inline}.${name}`;
    this.#resolve = resolve;
    this.#required = required;
  }

  get plan(): DecodePlan {
    if (this.#plan === undefined) {
      this.#plan = planOf(this.schema, this.#resolve);
      this.#omitsEmpty = !this.#required && isCollection(this.schema, this.#resolve);
    }
    return this.#plan;
  }

  /** True for a list or map that Go leaves out when it is empty; known once {@link plan} is. */
  get omitsEmpty(): boolean {
    return this.#omitsEmpty;
  }
}

function isCollection(written: Schema, resolve: SchemaResolver): boolean {
  const definition = definitionNameOf(written);
  if (opaque(definition) || scalarKindOf(written, definition) !== undefined) return false;
  const schema = written.$ref === undefined ? written : resolve(written.$ref);
  return schema.type === "array" || isObject(schema.additionalProperties);
}

/** By resolver, schema and the name that the root was given, which is "" for all others. */
const plans = new WeakMap<SchemaResolver, WeakMap<Schema, Map<string, DecodePlan>>>();

/** The plan of a schema; `definitionName` names what has no `$ref`. */
export function planOf(schema: Schema, resolve: SchemaResolver, definitionName = ""): DecodePlan {
  let bySchema = plans.get(resolve);
  if (bySchema === undefined) {
    bySchema = new WeakMap();
    plans.set(resolve, bySchema);
  }
  let byName = bySchema.get(schema);
  if (byName === undefined) {
    byName = new Map();
    bySchema.set(schema, byName);
  }
  let plan = byName.get(definitionName);
  if (plan === undefined) {
    plan = makePlan(schema, resolve, definitionName);
    byName.set(definitionName, plan);
  }
  return plan;
}

function makePlan(written: Schema, resolve: SchemaResolver, definitionName: string): DecodePlan {
  const named = definitionName === "" || written.$ref ? written : { ...written, $ref: definitionName };
  const definition = definitionNameOf(named);
  const goType = written["x-go-type"];
  if (opaque(definition)) return ANY;
  const known = scalarKindOf(named, definition);
  if (known !== undefined) return scalarPlan(known, goType);
  const schema = written.$ref === undefined ? written : resolve(written.$ref);
  const kind = schema === written ? undefined : scalarKindOf(schema, undefined);
  if (kind !== undefined) return scalarPlan(kind, goType);
  if (schema.type === "array") {
    return { form: "list", element: new FieldPlan(elementSchema(schema.items ?? {}, goType), resolve), schema, goType };
  }
  if (schema.properties !== undefined) return structPlan(schema, resolve, definition);
  if (!isObject(schema.additionalProperties)) return ANY;
  const values = elementSchema(schema.additionalProperties as Schema, goType);
  return { form: "map", element: new FieldPlan(values, resolve), schema, goType };
}

function scalarPlan(kind: string, goType: string | undefined): ScalarPlan {
  return { form: "scalar", kind, goType: goType ?? goTypeOf(kind) };
}

/** Items of `[]v1.Protocol` are v1.Protocol, values of `map[v1.ResourceName]v1.Limit` are v1.Limit. */
function elementSchema(schema: Schema, goType: string | undefined): Schema {
  const element = goType === undefined ? undefined : /^(?:\[\]|map\[[^\]]*\])(.+)$/.exec(goType)?.[1];
  return element === undefined || schema.$ref !== undefined ? schema : { ...schema, "x-go-type": element };
}

function structPlan(schema: Schema, resolve: SchemaResolver, definition: string | undefined): StructPlan {
  const struct = structNameOf(definition, false);
  const required = new Set(schema.required);
  const fields = new Map<string, FieldPlan>();
  for (const [name, field] of Object.entries(schema.properties ?? {}))
    fields.set(name, new FieldPlan(field, resolve, { struct, name, required: required.has(name) }));
  return { form: "struct", fields, name: struct, qualifiedName: structNameOf(definition, true) };
}
