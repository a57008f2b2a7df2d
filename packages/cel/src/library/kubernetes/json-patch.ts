import { declare, type FunctionDeclaration, overload } from "../../check/declarations.ts";
import { STRING } from "../../types/cel-type.ts";

/** `jsonpatch.escapeKey("a/b")`: a key as a part of a JSON pointer (RFC 6901). */
export const JSON_PATCH: readonly FunctionDeclaration[] = [
  declare("jsonpatch.escapeKey", [
    overload("string_jsonpatch_escapeKey_string", [STRING], STRING, (key) =>
      (key as string).replace(/[~/]/g, (char) => (char === "~" ? "~0" : "~1")),
    ),
  ]),
];
