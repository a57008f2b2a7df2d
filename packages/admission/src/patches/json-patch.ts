import { jsonPatch } from "@pinnace/apimachinery";

interface Operation {
  readonly op?: string;
  readonly path?: string;
  readonly from?: string;
}

/** Why an operation of a JSON patch cannot be done, as upstream's library says it. */
export class PatchFailure extends Error {
  /** Whether a `test` operation found another value. */
  readonly test: boolean;

  constructor(message: string, test: boolean) {
    super(message);
    this.name = "PatchFailure";
    this.test = test;
  }
}

/** Applies a JSON patch to a value, which stays as it is. Throws {@link PatchFailure}. */
export function patchedBy(value: unknown, patch: readonly unknown[]): unknown {
  try {
    return jsonPatch(value, patch);
  } catch {
    throw failureOf(value, patch);
  }
}

/** Looks for the first operation that fails. */
function failureOf(value: unknown, patch: readonly unknown[]): PatchFailure {
  let state = value;
  for (const operation of patch) {
    try {
      state = jsonPatch(state, [operation]);
    } catch {
      return new PatchFailure(why(state, operation as Operation), (operation as Operation)?.op === "test");
    }
  }
  return new PatchFailure("the patch is too large", false);
}

function why(state: unknown, { op, path = "", from = "" }: Operation): string {
  const parent = path.slice(0, path.lastIndexOf("/"));
  const key = path
    .slice(path.lastIndexOf("/") + 1)
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
  const reachable = parent === "" || exists(state, parent);
  switch (op) {
    case "add":
      if (!reachable) return `add operation does not apply: doc is missing path: "${path}": missing value`;
      return `error in add for path: '${path}': Unable to access invalid index: ${key}: invalid index referenced`;
    case "remove":
      if (!reachable) return `remove operation does not apply: doc is missing path: "${path}": missing value`;
      return `error in remove for path: '${path}': Unable to remove nonexistent key: ${key}: missing value`;
    case "replace":
      return `replace operation does not apply: doc is missing ${reachable ? "key" : "path"}: ${path}: missing value`;
    case "test":
      if (!reachable) return `test operation does not apply: is missing path: ${path}: missing value`;
      return `testing value ${path} failed: test failed`;
    case "move":
    case "copy":
      if (!exists(state, from))
        return `${op} operation does not apply: doc is missing from path: ${from}: missing value`;
      return `${op} operation does not apply: doc is missing destination path: ${path}: missing value`;
    default:
      return `Unexpected kind: ${op ?? "unknown"}`;
  }
}

/** Whether a pointer leads to an object or list. */
function exists(state: unknown, pointer: string): boolean {
  let value = state;
  for (const step of pointer.split("/").slice(1)) {
    if (typeof value !== "object" || value === null) return false;
    value = (value as Record<string, unknown>)[step.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return value !== undefined && value !== null;
}
