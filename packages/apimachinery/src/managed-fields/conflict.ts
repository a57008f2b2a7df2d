import { quoteGo } from "../go-quote.ts";
import type { StatusError } from "../status.ts";
import { applyConflict } from "../status-errors.ts";
import { FieldSet } from "./field-set.ts";
import type { Manager } from "./managers.ts";
import { elementsText } from "./path-element.ts";

/** Fields that an applier sets although somebody else owns them. */
export interface Conflict {
  readonly manager: Manager;
  readonly set: FieldSet;
}

/** All fields in conflict. */
export function conflictSet(conflicts: readonly Conflict[]): FieldSet {
  return conflicts.reduce((all, { set }) => all.union(set), FieldSet.EMPTY);
}

/** The 409 that lists every field with its owner. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const found = conflicts.map(({ manager, set }) => ({
    owner: managerText(manager),
    fields: set.paths().map(elementsText),
  }));
  const causes = found.flatMap(({ owner, fields }) =>
    fields.map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${owner}`, field })),
  );
  return applyConflict(conflictMessage(found, causes.length), causes);
}

function conflictMessage(found: readonly { owner: string; fields: readonly string[] }[], count: number): string {
  const [first] = found;
  if (count === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${first.owner}: ${first.fields[0]}`;
  }
  const lines = found.flatMap(({ owner, fields }) => [
    `conflicts with ${owner}:`,
    ...fields.map((field) => `- ${field}`),
  ]);
  return `Apply failed with ${count} conflicts: ${lines.join("\n")}`;
}

function managerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = quoteGo(manager) + (subresource === "" ? "" : ` with subresource ${quoteGo(subresource)}`);
  return operation === "Update" ? `${name} using ${apiVersion}` : name;
}
