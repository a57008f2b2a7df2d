import type { FieldError } from "@pinnace/apimachinery";
import { badRequest, forbiddenField, invalid, invalidValue, notSupported, tooLong } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";

export type FieldValidation = "Strict" | "Warn" | "Ignore";

/** Query parameters of create, update and patch. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  readonly force: boolean;
}

const MANAGER_LIMIT = 128;

/** Reads and checks them; `kind` names the options type in messages (`CreateOptions`). */
export function writeOptions({ request }: ResourceRequest, kind: string): WriteOptions {
  const { query } = request;
  const errors: FieldError[] = [];
  const force = query.get("force");
  const patch = kind === "PatchOptions";
  const manager = query.get("fieldManager") ?? "";
  const apply = patch && request.headers["content-type"]?.includes("apply-patch") === true;
  if (patch && !apply && force !== null)
    errors.push(forbiddenField("force", "may not be specified for non-apply patch"));
  if (apply && manager === "")
    errors.push({
      type: "FieldValueRequired",
      field: "fieldManager",
      message: "Required value: is required for apply patch",
    });
  errors.push(...managerErrors(manager), ...dryRunErrors(query.getAll("dryRun")));
  const validation = query.get("fieldValidation") ?? "";
  if (validation !== "" && validation !== "Strict" && validation !== "Warn" && validation !== "Ignore")
    errors.push(notSupported("fieldValidation", validation, ["", "Ignore", "Strict", "Warn"]));
  if (errors.length > 0) throw invalid("meta.k8s.io", kind, "", errors);
  return {
    dryRun: query.has("dryRun"),
    fieldManager: manager === "" ? managerOfUserAgent(request.headers["user-agent"]) : manager,
    fieldValidation: validation === "" ? "Warn" : (validation as FieldValidation),
    force: force !== null && force !== "false" && force !== "0",
  };
}

function managerErrors(manager: string): FieldError[] {
  const errors: FieldError[] = [];
  if (new TextEncoder().encode(manager).length > MANAGER_LIMIT) errors.push(tooLong("fieldManager", MANAGER_LIMIT));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: only printable characters are allowed
  const bad = /[\u0000-\u001f\u007f-\u009f]/.exec(manager);
  if (bad !== null) errors.push(invalidValue("fieldManager", manager, "should only contain printable characters"));
  return errors;
}

export function dryRunErrors(values: readonly string[]): FieldError[] {
  if (values.every((value) => value === "All")) return [];
  return [notSupported("dryRun", values, ["All"])];
}

/** The program's name: `kubectl/v1.33.0 (linux/amd64)` is `kubectl`. */
function managerOfUserAgent(userAgent: string | undefined): string {
  const name = (userAgent ?? "").split("/")[0]!;
  return name === "" ? "unknown" : name.slice(0, MANAGER_LIMIT);
}

/** An integer of a query; throws 400 with Go's text for what is none. */
export function integerParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}
