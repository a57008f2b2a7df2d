import { stringify } from "yaml";

/** YAML as upstream prints it: keys sorted, lists not indented, lines folded at 80. */
export function encodeYaml(value: unknown): string {
  return stringify(value, {
    sortMapEntries: true,
    indentSeq: false,
    lineWidth: 80,
    singleQuote: true,
    version: "1.1",
    aliasDuplicateObjects: false,
    nullStr: "null",
  });
}
