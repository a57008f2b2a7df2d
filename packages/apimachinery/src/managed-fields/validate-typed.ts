import { isObject } from "../member.ts";
import { printGo, printGoSyntax } from "../patches/go-print.ts";
import { type FieldType, type ListFieldType, type MapFieldType, type ScalarType, typeFor } from "./field-type.ts";
import { elementOf } from "./list-items.ts";
import { elementText, fieldElement } from "./path-element.ts";

/** Why a value does not fit its schema, as server-side apply words it: `.spec.foo: field not declared in schema`. */
export function typedErrors(value: unknown, type: FieldType): readonly string[] {
  return check(value, type).map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
}

interface TypedError {
  readonly path: string;
  readonly message: string;
}

function check(value: unknown, written: FieldType): readonly TypedError[] {
  if (value === null) return [];
  const type = typeFor(written, value);
  switch (type.kind) {
    case "map":
      return isObject(value) ? checkMap(value, type) : wrong(`expected map, got &{${printGo(value)}}`);
    case "list":
      return Array.isArray(value) ? checkList(value, type) : wrong(`expected list, got &{${printGo(value)}}`);
    default:
      return checkScalar(value, type.scalar);
  }
}

function wrong(message: string): readonly TypedError[] {
  return [{ path: "", message }];
}

function below(prefix: string, errors: readonly TypedError[]): readonly TypedError[] {
  return errors.map(({ path, message }) => ({ path: prefix + path, message }));
}

function checkMap(value: Readonly<Record<string, unknown>>, type: MapFieldType): readonly TypedError[] {
  const errors: TypedError[] = [];
  for (const name of Object.keys(value)) {
    const path = elementText(fieldElement(name));
    const member = type.member(name);
    if (member === undefined) return [...errors, { path, message: "field not declared in schema" }];
    errors.push(...below(path, check(value[name], member)));
  }
  return errors;
}

function checkList(value: readonly unknown[], type: ListFieldType): readonly TypedError[] {
  const errors: TypedError[] = [];
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const element = type.atomic ? `i:${index}` : elementOf(item, type);
    if (typeof element !== "string") return [...errors, ...wrong(`element ${index}: ${element.error}`)];
    const path = elementText(element);
    if (seen.has(element)) errors.push(...wrong(`duplicate entries for key ${path}`));
    seen.add(element);
    errors.push(...below(path, check(item, type.element())));
  }
  return errors;
}

function checkScalar(value: unknown, scalar: ScalarType): readonly TypedError[] {
  switch (scalar) {
    case "numeric":
      return typeof value === "number" ? [] : wrong(`expected numeric (int or float), got ${goType(value)}`);
    case "string":
      return typeof value === "string"
        ? []
        : wrong(`expected string, got &value.valueUnstructured{Value:${printGoSyntax(value)}}`);
    case "boolean":
      return typeof value === "boolean" ? [] : wrong(`expected boolean, got &{${printGo(value)}}`);
    default:
      return typeof value === "object" ? wrong(`expected any scalar, got &{${printGo(value)}}`) : [];
  }
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "object") return "map[string]interface {}";
  return typeof value === "boolean" ? "bool" : "string";
}
