import { isObject, type MutableObject, setMember } from "../member.ts";
import type { Schema, SchemaResolver } from "../schema.ts";
import {
  type DecodePlan,
  type FieldPlan,
  type ListPlan,
  type MapPlan,
  planOf,
  type ScalarPlan,
  type StructPlan,
} from "./decode-plan.ts";
import { definitionNameOf, goTypeOf, scalarKindOf, structNameOf, zeroOf } from "./go-type.ts";
import { type NumberLiterals, pathText } from "./json-reader.ts";
import { decodeScalar } from "./scalar-fields.ts";

/** How the root of a value is named in messages, and where it lies. */
export interface DecodeFieldsOptions {
  /** Name of the root's definition, such as `io.k8s.api.core.v1.Pod`. Default: from the schema's `$ref`. */
  readonly definitionName?: string;
  /** From {@link Decoded}: texts of unusual numbers. */
  readonly literals?: NumberLiterals | undefined;
  /** Path of the root inside the whole object (`["metadata"]`), for unknown fields. */
  readonly path?: readonly (string | number)[];
  /** Members of the root that have this form already: they are not looked into. */
  readonly typed?: ReadonlySet<string>;
}

/** What {@link decodeFields} found. */
export interface DecodedFields {
  /** The value itself, or its replacement when the root is a scalar. */
  readonly value: unknown;
  /** `unknown field "spec.foo"`, in the order of the text. */
  readonly unknown: readonly string[];
  /** The first type error in Go's words (`json: cannot unmarshal string into Go struct field ...`); the value is unusable then. */
  readonly error?: string;
  /** What that error is about, when it is a value of the wrong type. */
  readonly mismatch?: Mismatch;
}

/** A value that is not what its type wants. */
export interface Mismatch {
  /** What the JSON holds: `string`, `number`, `number 1.5`, `bool`, `array`, `object`. */
  readonly source: string;
  readonly form: "scalar" | "struct" | "list" | "map";
  /** Of a scalar: `string`, `int32`, `bytes`, ... */
  readonly kind?: string;
  /** True for a type that has a decoder of its own, which knows nothing of where the value is. */
  readonly decodesItself?: boolean;
  /** `[]v1.Container`, `v1.Protocol`. */
  readonly goType: string;
}

/**
 * Brings a decoded value into the form that upstream's typed decoder would give it, in place: unknown fields are dropped and listed,
 * nulls become absent (or zero values in maps and lists), so do empty optional lists and maps, quantities and times become canonical.
 */
export function decodeFields(
  value: unknown,
  schema: Schema,
  resolve: SchemaResolver,
  options: DecodeFieldsOptions = {},
): DecodedFields {
  return new FieldDecoder(resolve, options).decode(value, schema, options);
}

/** Kinds whose Go types have a decoder of their own. */
const DECODES_ITSELF: ReadonlySet<string> = new Set(["quantity", "time", "micro-time", "duration", "int-or-string"]);

class FieldDecoder {
  readonly #resolve: SchemaResolver;
  readonly #literals: NumberLiterals | undefined;
  readonly #path: (string | number)[];
  /** The fields of structs that lead here, without indices and map keys. */
  readonly #fields: FieldPlan[] = [];
  readonly #unknown: string[] = [];
  #error: string | undefined;
  #wrong: Mismatch | undefined;
  /** An error of a type that decodes itself, at which Go stops: others are only noted. */
  #halted = false;

  constructor(resolve: SchemaResolver, { literals, path = [] }: DecodeFieldsOptions) {
    this.#resolve = resolve;
    this.#literals = literals;
    this.#path = [...path];
  }

  decode(root: unknown, schema: Schema, { definitionName, typed }: DecodeFieldsOptions): DecodedFields {
    const plan = planOf(schema, this.#resolve, definitionName);
    const value = plan.form === "struct" ? this.#struct(root, plan, typed) : this.#value(root, plan, undefined);
    const found = { value, unknown: this.#unknown };
    if (this.#error === undefined) return found;
    return { ...found, error: this.#error, ...(this.#wrong === undefined ? {} : { mismatch: this.#wrong }) };
  }

  #value(value: unknown, plan: DecodePlan, literal: string | undefined): unknown {
    switch (plan.form) {
      case "scalar":
        return this.#scalar(value, plan, literal);
      case "struct":
        return this.#struct(value, plan, undefined);
      case "list":
        return this.#list(value, plan);
      case "map":
        return this.#map(value, plan);
      default:
        return value;
    }
  }

  #scalar(value: unknown, { kind, goType }: ScalarPlan, literal: string | undefined): unknown {
    if (typeof value === "string" && kind === "string") return value;
    const decoded = decodeScalar(value, kind, literal);
    if (decoded.error === undefined && decoded.mismatch === undefined) return decoded.value;
    if (this.#halted) return undefined;
    const decodesItself = DECODES_ITSELF.has(kind);
    if (decodesItself) this.#halt();
    const { error, mismatch: source } = decoded;
    if (error !== undefined) this.#fail(error);
    else if (source !== undefined) this.#mismatch({ source, form: "scalar", kind, goType, decodesItself });
    return decoded.value;
  }

  #struct(value: unknown, plan: StructPlan, typed: ReadonlySet<string> | undefined): unknown {
    if (!isObject(value))
      return this.#mismatch({ source: jsonKind(value), form: "struct", goType: plan.qualifiedName });
    const literals = this.#literals?.get(value);
    for (const name in value) {
      const member = value[name];
      const field = plan.fields.get(name);
      // An object of this process may have members that are undefined; JSON leaves them out.
      if (member === undefined) delete value[name];
      else if (field === undefined) {
        this.#unknown.push(`unknown field "${pathText([...this.#path, name])}"`);
        delete value[name];
      } else if (member === null) delete value[name];
      else if (typed === undefined || !typed.has(name)) {
        this.#fields.push(field);
        this.#member(value, name, member, field.plan, literals?.get(name));
        this.#fields.pop();
        if (field.omitsEmpty && isEmptyCollection(value[name])) delete value[name];
      }
    }
    return value;
  }

  #map(value: unknown, { element, schema, goType }: MapPlan): unknown {
    if (!isObject(value))
      return this.#mismatch({ source: jsonKind(value), form: "map", goType: goType ?? this.#typeName(schema) });
    const { plan } = element;
    const literals = this.#literals?.get(value);
    for (const name in value) {
      const member = value[name];
      if (member === undefined) delete value[name];
      else if (member === null) setMember(value, name, zeroOf(this.#kindOf(element.schema)));
      else this.#member(value, name, member, plan, literals?.get(name));
    }
    return value;
  }

  #list(value: unknown, { element, schema, goType }: ListPlan): unknown {
    if (!Array.isArray(value))
      return this.#mismatch({ source: jsonKind(value), form: "list", goType: goType ?? this.#typeName(schema) });
    const { plan } = element;
    const literals = this.#literals?.get(value);
    for (let at = 0; at < value.length; at++) {
      const item = value[at];
      if (item === null) value[at] = zeroOf(this.#kindOf(element.schema));
      else {
        this.#path.push(at);
        const after = this.#value(item, plan, literals?.get(String(at)));
        if (after !== item) value[at] = after;
        this.#path.pop();
      }
    }
    return value;
  }

  #member(holder: MutableObject, name: string, before: unknown, plan: DecodePlan, literal: string | undefined): void {
    this.#path.push(name);
    const after = this.#value(before, plan, literal);
    if (after !== before) setMember(holder, name, after);
    this.#path.pop();
  }

  /** The scalar kind of an element, or `object`, `array`. */
  #kindOf(schema: Schema): string {
    const definition = definitionNameOf(schema);
    const kind = scalarKindOf(schema, definition);
    if (kind !== undefined) return kind;
    const resolved = schema.$ref === undefined ? schema : this.#resolve(schema.$ref);
    return scalarKindOf(resolved, undefined) ?? resolved.type ?? "object";
  }

  /** `[]v1.Container`, `map[string]string`. */
  #typeName(schema: Schema): string {
    const element = schema.type === "array" ? schema.items : (schema.additionalProperties as Schema | undefined);
    const prefix = schema.type === "array" ? "[]" : "map[string]";
    if (element === undefined) return `${prefix}interface {}`;
    const definition = definitionNameOf(element);
    const kind = this.#kindOf(element);
    if (kind === "object" && definition !== undefined) return prefix + structNameOf(definition, true);
    return prefix + (kind === "array" || kind === "object" ? this.#typeName(element) : goTypeOf(kind));
  }

  #mismatch(wrong: Mismatch): undefined {
    const { source, goType } = wrong;
    if (this.#error === undefined) this.#wrong = wrong;
    const struct = this.#fields.at(-1)?.struct ?? "";
    const target =
      struct === ""
        ? `Go value of type ${goType}`
        : `Go struct field ${struct}.${this.#fields.map(({ name }) => name).join(".")} of type ${goType}`;
    return this.#fail(`json: cannot unmarshal ${source} into ${target}`);
  }

  /** Makes the error that comes next the one that counts. */
  #halt(): void {
    this.#halted = true;
    this.#error = undefined;
    this.#wrong = undefined;
  }

  #fail(message: string): undefined {
    this.#error ??= message;
    return undefined;
  }
}

function isEmptyCollection(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  for (const _ in value) return false;
  return true;
}

/** What Go calls a JSON value in an error. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}
