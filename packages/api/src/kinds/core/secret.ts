import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, required, tooLong } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutable } from "../rules/equal.ts";
import type { Rule } from "../rules/rule.ts";
import { configMapKey } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { changeFirst, PLAIN } from "../tables/kind.ts";
import { base64Length, decodeBase64, encodeBase64 } from "./base64.ts";
import { SECRET_COLUMNS } from "./columns.ts";
import { MAX_DATA_BYTES, sealed } from "./config-map.ts";

const REDACTED = "<secret contents redacted>";

/** The keys that each type must have. */
const KEYS: Readonly<Record<string, (data: Draft, path: FieldPath) => FieldError[]>> = {
  "kubernetes.io/dockercfg": (data, path) => dockerConfig(data, ".dockercfg", path),
  "kubernetes.io/dockerconfigjson": (data, path) => dockerConfig(data, ".dockerconfigjson", path),
  "kubernetes.io/basic-auth": (data, path) =>
    "username" in data || "password" in data ? [] : missing({}, ["username", "password"], path),
  "kubernetes.io/ssh-auth": (data, path) => (data["ssh-privatekey"] ? [] : missing({}, ["ssh-privatekey"], path)),
  "kubernetes.io/tls": (data, path) => missing(data, ["tls.crt", "tls.key"], path),
};

function missing(data: Draft, keys: readonly string[], path: FieldPath): FieldError[] {
  return keys.filter((key) => !(key in data)).map((key) => required(path.key(key)));
}

function dockerConfig(data: Draft, key: string, path: FieldPath): FieldError[] {
  if (!(key in data)) return [required(path.key(key))];
  const text = new TextDecoder().decode(decodeBase64(data[key] ?? ""));
  const problem = jsonProblem(text);
  return problem === undefined ? [] : [invalidValue(path.key(key), REDACTED, problem)];
}

/** What Go's decoder says about a text that should be a JSON object. */
function jsonProblem(text: string): string | undefined {
  if (text.trim() === "") return "unexpected end of JSON input";
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || (typeof value === "object" && !Array.isArray(value))) return undefined;
    const kind = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
  } catch (error) {
    const at = /position (\d+)/.exec(String(error))?.[1];
    const char = at === undefined ? text.trimStart()[0] : text[Number(at)];
    return char === undefined
      ? "unexpected end of JSON input"
      : `invalid character '${char}' looking for beginning of value`;
  }
}

const contents: Rule = ({ metadata, type = "", data = {} }, path, errors) => {
  const at = path.child("data");
  let bytes = 0;
  for (const key of Object.keys(data).sort()) {
    for (const message of configMapKey(key)) errors.push(invalidValue(at.key(key), key, message));
    bytes += base64Length(data[key] ?? "");
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong(at, MAX_DATA_BYTES));
  const account = "kubernetes.io/service-account.name";
  if (type === "kubernetes.io/service-account-token" && !metadata?.annotations?.[account]) {
    errors.push(required(path.child("metadata", "annotations").key(account)));
  }
  if (Object.hasOwn(KEYS, type)) errors.push(...(KEYS[type]?.(data, at) ?? []));
};

function tlsWarnings({ type, data = {} }: Draft): string[] {
  if (type !== "kubernetes.io/tls") return [];
  for (const [key, what] of [
    ["tls.crt", "certificate"],
    ["tls.key", "key"],
  ] as const) {
    const text = new TextDecoder().decode(decodeBase64(data[key] ?? ""));
    if (!text.includes("-----BEGIN ")) return [`tls: failed to find any PEM data in ${what} input`];
  }
  return [];
}

function defaultSecret(secret: Draft): void {
  secret.type ||= "Opaque";
  if (!secret.stringData) return;
  secret.data ??= {};
  for (const [key, text] of Object.entries<string>(secret.stringData)) secret.data[key] = encodeBase64(text);
  delete secret.stringData;
}

/** Secret (core/v1). `stringData` is a way to write `data`; it is never stored. */
export const secret: KindBehaviour = {
  default: defaultSecret,
  columns: SECRET_COLUMNS,
  cells: (object, context) => [
    name(object),
    object.type ?? "",
    Object.keys(object.data ?? {}).length,
    age(object, context),
  ],
  fieldNames: ["type"],
  fields: (object: Draft) => ({ type: object.type ?? "" }),
  strategy: {
    ...PLAIN,
    warningsOnCreate: tlsWarnings,
    warningsOnUpdate: tlsWarnings,
    ...changeFirst(contents, (object, old) => [
      ...immutable(object.type, old.type, fieldPath("type")),
      ...sealed(object, old, ["data"]),
    ]),
  },
};
