import {
  isLabelValue,
  isQualifiedName,
  nameIsDns1035Label,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
} from "@pinnace/apimachinery";
import { declare, type FunctionDeclaration, member, overload } from "../../check/declarations.ts";
import { type CelType, listType, objectType, optionalType, STRING } from "../../types/cel-type.ts";
import { ItemList } from "../../values/collections.ts";
import { NO_SUCH_OVERLOAD } from "../../values/compare.ts";
import { NONE } from "../../values/lookup.ts";
import { parseDate, parseTimestamp } from "../../values/time.ts";
import { type CelError, type CelValue, OpaqueValue, OptionalValue } from "../../values/value.ts";
import { parseRequestUrl } from "./url-text.ts";

const FORMAT: CelType = objectType("kubernetes.NamedFormat");

type Rule = (text: string) => readonly string[];

/** `format.dns1123Label()`: a rule for texts that has a name. */
class FormatValue extends OpaqueValue {
  readonly type: CelType = FORMAT;
  readonly name: string;
  readonly validate: Rule;

  constructor(name: string, validate: Rule) {
    super();
    this.name = name;
    this.validate = validate;
  }

  equals(other: CelValue): boolean | CelError {
    return other instanceof FormatValue ? this.name === other.name : NO_SUCH_OVERLOAD;
  }

  override toString(): string {
    return this.name;
  }
}

const matching =
  (pattern: RegExp, message: string): Rule =>
  (text) =>
    pattern.test(text) ? [] : [message];

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const uri: Rule = (text) => {
  const url = parseRequestUrl(text);
  return typeof url === "string" ? [url] : [];
};

const RULES: readonly (readonly [string, string, Rule])[] = [
  ["dns1123Label", "DNS1123Label", (text) => nameIsDnsLabel(text, false)],
  ["dns1123Subdomain", "DNS1123Subdomain", (text) => nameIsDnsSubdomain(text, false)],
  ["dns1035Label", "DNS1035Label", (text) => nameIsDns1035Label(text, false)],
  ["qualifiedName", "QualifiedName", isQualifiedName],
  ["dns1123LabelPrefix", "DNS1123LabelPrefix", (text) => nameIsDnsLabel(text, true)],
  ["dns1123SubdomainPrefix", "DNS1123SubdomainPrefix", (text) => nameIsDnsSubdomain(text, true)],
  ["dns1035LabelPrefix", "DNS1035LabelPrefix", (text) => nameIsDns1035Label(text, true)],
  ["labelValue", "LabelValue", isLabelValue],
  ["uri", "URI", uri],
  ["uuid", "uuid", matching(UUID, "does not match the UUID format")],
  ["byte", "byte", matching(BASE64, "invalid base64")],
  ["date", "date", (text) => (parseDate(text) === undefined ? ["invalid date"] : [])],
  ["datetime", "datetime", (text) => (parseTimestamp(text) === undefined ? ["invalid datetime"] : [])],
];

const FORMATS: ReadonlyMap<string, FormatValue> = new Map(
  RULES.map(([key, name, rule]) => [key, new FormatValue(name, rule)]),
);

function validate(format: CelValue, text: CelValue): CelValue {
  const found = (format as FormatValue).validate(text as string);
  return found.length === 0 ? NONE : new OptionalValue(new ItemList(found));
}

/** Formats with names; `validate` answers what is wrong with a text, or nothing. */
export const NAMED_FORMATS: readonly FunctionDeclaration[] = [
  declare("validate", [
    member("format-validate", [FORMAT, STRING], optionalType(listType(STRING)), (format, text) =>
      validate(format as CelValue, text as CelValue),
    ),
  ]),
  declare("format.named", [
    overload("format-named", [STRING], optionalType(FORMAT), (name) => {
      const format = FORMATS.get(name as string);
      return format === undefined ? NONE : new OptionalValue(format);
    }),
  ]),
  ...Array.from(FORMATS, ([key, format]) =>
    declare(`format.${key}`, [overload(`format.${key}`, [], FORMAT, () => format)]),
  ),
];
