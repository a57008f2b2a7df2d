import type { ConfigSchema } from "./definition.ts";

/** One thing that is wrong with a configuration: `weights[0]: must be at most 100`. */
export interface ConfigProblem {
  /** Dotted path; "" is the configuration itself. */
  readonly path: string;
  readonly message: string;
}

export interface ConfigResult {
  /** The configuration with defaults filled in. Frozen at the top. */
  readonly config: unknown;
  readonly problems: readonly ConfigProblem[];
}

type Problems = ConfigProblem[];

/**
 * Checks a configuration against a schema and fills in defaults, without changing what it was given. Unknown members of
 * an object are refused unless the schema has `additionalProperties`.
 */
export function applyConfigSchema(schema: ConfigSchema, config: unknown): ConfigResult {
  const problems: Problems = [];
  const value = check(schema, config === undefined ? (schema.default ?? defaultOf(schema)) : config, "", problems);
  return { config: typeof value === "object" && value !== null ? Object.freeze(value) : value, problems };
}

const defaultOf = (schema: ConfigSchema): unknown => (schema.type === "object" ? {} : undefined);

function check(schema: ConfigSchema, value: unknown, path: string, problems: Problems): unknown {
  const fail = (message: string): void => void problems.push({ path, message });
  const { type } = schema;
  if (type !== undefined && !hasType(value, type as string)) {
    fail(`must be ${/^[aeiou]/.test(String(type)) ? "an" : "a"} ${type}`);
    return value;
  }
  const allowed = schema.enum as readonly unknown[] | undefined;
  if (allowed !== undefined && !allowed.includes(value)) {
    fail(`must be one of ${allowed.map((each) => JSON.stringify(each)).join(", ")}`);
  }
  if (typeof value === "number") checkNumber(schema, value, fail);
  if (typeof value === "string") checkString(schema, value, fail);
  if (Array.isArray(value)) return checkArray(schema, value, path, problems, fail);
  if (type === "object") return checkObject(schema, value as Record<string, unknown>, path, problems);
  return value;
}

function hasType(value: unknown, type: string): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function checkNumber(schema: ConfigSchema, value: number, fail: (message: string) => void): void {
  if (typeof schema.minimum === "number" && value < schema.minimum) fail(`must be at least ${schema.minimum}`);
  if (typeof schema.maximum === "number" && value > schema.maximum) fail(`must be at most ${schema.maximum}`);
}

function checkString(schema: ConfigSchema, value: string, fail: (message: string) => void): void {
  if (typeof schema.minLength === "number" && value.length < schema.minLength) fail("must not be empty");
  if (typeof schema.pattern === "string" && !new RegExp(schema.pattern).test(value))
    fail(`must match ${schema.pattern}`);
}

function checkArray(
  schema: ConfigSchema,
  value: readonly unknown[],
  path: string,
  problems: Problems,
  fail: (message: string) => void,
): unknown {
  if (typeof schema.minItems === "number" && value.length < schema.minItems)
    fail(`must have at least ${schema.minItems} items`);
  if (typeof schema.maxItems === "number" && value.length > schema.maxItems)
    fail(`must have at most ${schema.maxItems} items`);
  const items = schema.items as ConfigSchema | undefined;
  return items === undefined ? value : value.map((item, index) => check(items, item, `${path}[${index}]`, problems));
}

function checkObject(schema: ConfigSchema, value: Record<string, unknown>, path: string, problems: Problems): unknown {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, ConfigSchema>>;
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const result: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property !== undefined) result[name] = check(property, member, at(name), problems);
    else if (schema.additionalProperties) result[name] = member;
    else problems.push({ path: at(name), message: "is not known" });
  }
  for (const [name, property] of Object.entries(properties)) {
    if (!Object.hasOwn(result, name) && property.default !== undefined) result[name] = property.default;
  }
  for (const name of (schema.required ?? []) as readonly string[]) {
    if (!Object.hasOwn(result, name)) problems.push({ path: at(name), message: "is required" });
  }
  return result;
}
