import { declare, type FunctionDeclaration, member } from "../../check/declarations.ts";
import { INT, listType, STRING } from "../../types/cel-type.ts";
import { ItemList } from "../../values/collections.ts";
import { CelError, type CelValue } from "../../values/value.ts";
import { compilePattern, findAll } from "../patterns.ts";

function search(text: CelValue, pattern: CelValue, limit: number): readonly string[] | CelError {
  const compiled = compilePattern(pattern as string);
  if (compiled instanceof CelError) return new CelError(`Illegal regex: ${compiled.message}`);
  return findAll(text as string, compiled, limit);
}

function all(text: CelValue | undefined, pattern: CelValue | undefined, limit: bigint): CelValue {
  const found = search(text as CelValue, pattern as CelValue, Number(limit));
  return found instanceof CelError ? found : new ItemList(found);
}

/** What a pattern finds. */
export const REGEX: readonly FunctionDeclaration[] = [
  declare("find", [
    member("string_find_string", [STRING, STRING], STRING, (text, pattern) => {
      const found = search(text as CelValue, pattern as CelValue, 1);
      return found instanceof CelError ? found : (found[0] ?? "");
    }),
  ]),
  declare("findAll", [
    member("string_find_all_string", [STRING, STRING], listType(STRING), (text, pattern) => all(text, pattern, -1n)),
    member("string_find_all_string_int", [STRING, STRING, INT], listType(STRING), (text, pattern, limit) =>
      all(text, pattern, limit as bigint),
    ),
  ]),
];
