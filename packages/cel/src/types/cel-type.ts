/** What a type is made of. `param` is a type variable of a function's declaration; `error` follows a reported error. */
export type CelKind =
  | "any"
  | "bool"
  | "bytes"
  | "double"
  | "duration"
  | "dyn"
  | "error"
  | "int"
  | "list"
  | "map"
  | "null"
  | "opaque"
  | "param"
  | "string"
  | "struct"
  | "timestamp"
  | "type"
  | "uint";

/** A type of CEL; immutable. Make one with {@link listType}, {@link mapType} and their kind, or use a constant. */
export class CelType {
  readonly kind: CelKind;
  /** The name at runtime, which `type(x)` answers with: `int`, `list`, `google.protobuf.Timestamp`, `Object.spec`. */
  readonly name: string;
  readonly parameters: readonly CelType[];
  #display: string | undefined;

  constructor(kind: CelKind, name: string, parameters: readonly CelType[] = []) {
    this.kind = kind;
    this.name = name;
    this.parameters = parameters;
  }

  /** As Kubernetes prints it where it says what an expression must evaluate to: `map(string, dyn)`. */
  toString(): string {
    return this.parameters.length === 0 ? this.name : `${this.name}(${this.parameters.join(", ")})`;
  }

  /** As the type checker prints it: `timestamp` where {@link toString} says `google.protobuf.Timestamp`. */
  display(): string {
    this.#display ??= displayOf(this);
    return this.#display;
  }

  /** True when both are the same type, parameters included. */
  is(other: CelType): boolean {
    return (
      this === other ||
      (this.kind === other.kind &&
        this.name === other.name &&
        this.parameters.length === other.parameters.length &&
        this.parameters.every((each, index) => each.is(other.parameters[index] as CelType)))
    );
  }
}

const DISPLAY: Partial<Record<CelKind, string>> = {
  any: "any",
  duration: "duration",
  error: "!error!",
  null: "null",
  timestamp: "timestamp",
};

function displayOf(type: CelType): string {
  const fixed = DISPLAY[type.kind];
  if (fixed !== undefined) return fixed;
  if (type.parameters.length === 0) return type.name;
  return `${type.name}(${type.parameters.map((each) => each.display()).join(", ")})`;
}

export const ANY: CelType = new CelType("any", "google.protobuf.Any");
export const BOOL: CelType = new CelType("bool", "bool");
export const BYTES: CelType = new CelType("bytes", "bytes");
export const DOUBLE: CelType = new CelType("double", "double");
export const DURATION: CelType = new CelType("duration", "google.protobuf.Duration");
export const DYN: CelType = new CelType("dyn", "dyn");
export const ERROR: CelType = new CelType("error", "error");
export const INT: CelType = new CelType("int", "int");
export const NULL: CelType = new CelType("null", "null_type");
export const STRING: CelType = new CelType("string", "string");
export const TIMESTAMP: CelType = new CelType("timestamp", "google.protobuf.Timestamp");
export const TYPE: CelType = new CelType("type", "type");
export const UINT: CelType = new CelType("uint", "uint");

/** `list(element)`. */
export function listType(element: CelType): CelType {
  return new CelType("list", "list", [element]);
}

/** `map(key, value)`. */
export function mapType(key: CelType, value: CelType): CelType {
  return new CelType("map", "map", [key, value]);
}

/** `optional_type(value)`. */
export function optionalType(value: CelType): CelType {
  return new CelType("opaque", "optional_type", [value]);
}

/** A type with fields, found by its name in the declared types of an environment. */
export function objectType(name: string): CelType {
  return new CelType("struct", name);
}

/** A type without fields, with which only functions work: `net.IP`. */
export function opaqueType(name: string, ...parameters: readonly CelType[]): CelType {
  return new CelType("opaque", name, parameters);
}

/** A type variable of a function's declaration. */
export function paramType(name: string): CelType {
  return new CelType("param", name);
}

/** The type of a type: `type(int)`. */
export function typeOf(type: CelType): CelType {
  return new CelType("type", "type", [type]);
}

/** True for `dyn` and `any`, which every value fits. */
export function isDyn(type: CelType): boolean {
  return type.kind === "dyn" || type.kind === "any";
}

/** The type within an optional, or undefined when it is none. */
export function unwrapOptional(type: CelType): CelType | undefined {
  return type.kind === "opaque" && type.name === "optional_type" ? type.parameters[0] : undefined;
}
