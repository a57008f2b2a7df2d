import { isObject } from "../member.ts";
import type { Schema, SchemaResolver } from "../schema.ts";
import { definitionNameOf, opaque, scalarKindOf, structNameOf } from "./go-type.ts";

/** How a value of a schema is decoded, worked out once for each schema. */
export type DecodePlan = AnyPlan | ScalarPlan | ListPlan | MapPlan | StructPlan;

/** Any JSON: nobody looks into it. */
interface AnyPlan {
  readonly form: "any";
}

interface ScalarPlan {
  readonly form: "scalar";
  /** As {@link scalarKindOf} names it. */
  readonly kind: string;
}

export interface ListPlan {
  readonly form: "list";
  readonly element: FieldPlan;
  readonly schema: Schema;
}

export interface MapPlan {
  readonly form: "map";
  readonly element: FieldPlan;
  readonly schema: Schema;
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
    this.name = name;
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
  if (opaque(definition)) return ANY;
  const known = scalarKindOf(named, definition);
  if (known !== undefined) return { form: "scalar", kind: known };
  const schema = written.$ref === undefined ? written : resolve(written.$ref);
  const kind = schema === written ? undefined : scalarKindOf(schema, undefined);
  if (kind !== undefined) return { form: "scalar", kind };
  if (schema.type === "array") return { form: "list", element: new FieldPlan(schema.items ?? {}, resolve), schema };
  if (schema.properties !== undefined) return structPlan(schema, resolve, definition);
  if (!isObject(schema.additionalProperties)) return ANY;
  return { form: "map", element: new FieldPlan(schema.additionalProperties as Schema, resolve), schema };
}

function structPlan(schema: Schema, resolve: SchemaResolver, definition: string | undefined): StructPlan {
  const struct = structNameOf(definition, false);
  const required = new Set(schema.required);
  const fields = new Map<string, FieldPlan>();
  for (const [name, field] of Object.entries(schema.properties ?? {}))
    fields.set(name, new FieldPlan(field, resolve, { struct, name, required: required.has(name) }));
  return { form: "struct", fields, name: struct, qualifiedName: structNameOf(definition, true) };
}
