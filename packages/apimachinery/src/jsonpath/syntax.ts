import { CodedError } from "@pinnace/errors";

/** Why a JSONPath cannot be read or evaluated; the messages are kubectl's. */
export type JsonPathErrorCode = "JSON_PATH_SYNTAX" | "JSON_PATH_NOT_FOUND" | "JSON_PATH_TYPE";

/** Part of a template: text between braces, or an action inside them. */
export type Node =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "path"; readonly steps: readonly Step[] }
  | { readonly type: "range"; readonly steps: readonly Step[]; readonly body: readonly Node[] };

/** One step of a path. */
export type Step =
  | { readonly type: "field"; readonly name: string }
  | { readonly type: "wildcard" }
  | { readonly type: "recursive" }
  | {
      readonly type: "slice";
      readonly from?: number;
      readonly to?: number;
      readonly step?: number;
      readonly index: boolean;
    }
  | { readonly type: "union"; readonly paths: readonly (readonly Step[])[] }
  | { readonly type: "filter"; readonly left: Operand; readonly operator: FilterOperator; readonly right?: Operand };

export type FilterOperator = "exists" | "==" | "!=" | "<" | "<=" | ">" | ">=";

/** A side of a comparison: a path from the item, or a literal. */
export type Operand =
  | { readonly type: "path"; readonly steps: readonly Step[] }
  | { readonly type: "literal"; readonly value: string | number | boolean };

export function jsonPathError(code: JsonPathErrorCode, message: string): CodedError<JsonPathErrorCode> {
  return new CodedError(code, message);
}
