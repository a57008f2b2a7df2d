import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  NULL,
  objectType,
  opaqueType,
  paramType,
  STRING,
  TIMESTAMP,
  TYPE,
  typeOf,
  UINT,
} from "../types/cel-type.ts";
import type { DeclType } from "../types/decl-type.ts";

/** Finds types by their names, and the fields of objects. */
export interface TypeProvider {
  /** The type behind a name in an expression: `int`, `net.IP`, `Object.spec`. */
  findType(name: string): CelType | undefined;
  /** The fields of an object type; undefined when nothing is known of it. */
  findStruct(name: string): StructType | undefined;
}

export interface StructType {
  /** Undefined when there is no such field. */
  field(name: string): CelType | undefined;
}

const A = paramType("A");

/** Types that have a name in every expression. */
export const STANDARD_TYPES: readonly CelType[] = [
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  INT,
  listType(A),
  mapType(A, paramType("B")),
  NULL,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
];

/** Other names that upstream's declared types answer to as soon as there are any. */
const ALIASES: ReadonlyMap<string, CelType> = new Map([
  ["duration", DURATION],
  ["timestamp", TIMESTAMP],
]);

/** Reserved words, which fields can be named after: `object.namespace` is the field `__namespace__`. */
const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

export class DeclaredTypes implements TypeProvider {
  readonly #types: ReadonlyMap<string, CelType>;
  readonly #structs = new Map<string, DeclType>();
  readonly #dynamic: (name: string) => StructType | undefined;

  /** `names` are types without fields; `dynamic` knows the fields of types that are made up as they are used. */
  constructor(
    declTypes: readonly DeclType[],
    names: ReadonlyMap<string, CelType>,
    dynamic: (name: string) => StructType | undefined,
  ) {
    this.#types = declTypes.length === 0 ? names : new Map([...names, ...ALIASES]);
    this.#dynamic = dynamic;
    for (const type of declTypes) this.#collect(type);
  }

  #collect(type: DeclType): void {
    if (type.fields !== undefined) {
      if (this.#structs.has(type.name)) return;
      this.#structs.set(type.name, type);
      for (const field of type.fields.values()) this.#collect(field.type);
    }
    if (type.elementType !== undefined) this.#collect(type.elementType);
  }

  findType(name: string): CelType | undefined {
    const struct =
      this.#structs.get(name)?.celType ?? (this.#dynamic(name) === undefined ? undefined : objectType(name));
    return struct ?? this.#types.get(name);
  }

  findStruct(name: string): StructType | undefined {
    const declared = this.#structs.get(name);
    if (declared === undefined) return this.#dynamic(name);
    const { fields } = declared;
    return {
      field(fieldName: string): CelType | undefined {
        const found = fields?.get(fieldName) ?? (RESERVED.has(fieldName) ? fields?.get(`__${fieldName}__`) : undefined);
        return found?.type.celType;
      },
    };
  }
}

/** `Object` and what is below it: any field, of any type. */
const ANYTHING: StructType = { field: () => DYN };

/** Other names have a type without a name, which nothing but `dyn` fits. */
const UNTYPED = opaqueType("");

const JSON_PATCH: StructType = {
  field: (name) => (name === "value" ? DYN : ["op", "from", "path"].includes(name) ? STRING : UNTYPED),
};

/** The types that mutations are written with; any field of them exists. */
export function patchTypes(name: string): StructType | undefined {
  if (name === "JSONPatch") return JSON_PATCH;
  return name === "Object" || name.startsWith("Object.") ? ANYTHING : undefined;
}

/** What a name stands for as a value: a type of types. */
export function typeReference(type: CelType): CelType {
  return typeOf(type);
}
