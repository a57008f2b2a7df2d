import { isPrintable } from "../go-quote.ts";

/** Everything wrong with a text, each as upstream words it; empty when it is right. */
export type TextRule = (value: string) => readonly string[];

/** `message (e.g. 'a',  or 'b', regex used for validation is '...')`: upstream's odd comma included. */
export function regexMessage(message: string, regex: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${regex}')`;
  return `${message} (e.g. ${examples.map((example) => `'${example}', `).join(" or ")}regex used for validation is '${regex}')`;
}

/** `must be between 1 and 65535, inclusive`. */
export function rangeMessage(min: number, max: number): string {
  return `must be between ${min} and ${max}, inclusive`;
}

const NOTHING: readonly string[] = Object.freeze([]);

function tooLong(value: string, max: number, unit: "characters" | "bytes"): readonly string[] {
  return byteLength(value) > max ? [`must be no more than ${max} ${unit}`] : NOTHING;
}

/** The length in UTF-8, which is what Go's `len` counts. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_UNDERSCORE = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const SUBDOMAIN_UNDERSCORE = `${LABEL_UNDERSCORE}(\\.${LABEL_UNDERSCORE})*`;
const DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const WILDCARD = `\\*\\.${SUBDOMAIN}`;
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${QUALIFIED})?`;

function whole(regex: string): RegExp {
  return new RegExp(`^(?:${regex})$`);
}

const LABEL_REGEXP = whole(LABEL);
const SUBDOMAIN_REGEXP = whole(SUBDOMAIN);
const QUALIFIED_REGEXP = whole(QUALIFIED);

const SUBDOMAIN_MESSAGE = regexMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN,
  "example.com",
);
const LABEL_MESSAGE = regexMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL,
  "my-name",
  "123-abc",
);
const QUALIFIED_MESSAGE = regexMessage(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED,
  "MyName",
  "my.name",
  "123-abc",
);

/** RFC 1123 label: at most 63 characters, no dots. Names of namespaces and containers. */
export const isDns1123Label: TextRule = (value) => {
  const errors = tooLong(value, 63, "characters");
  if (LABEL_REGEXP.test(value)) return errors;
  return [...errors, SUBDOMAIN_REGEXP.test(value) ? "must not contain dots" : LABEL_MESSAGE];
};

/** A rule of one length and one regular expression. */
function regexRule(regex: string, message: string, examples: readonly string[], max?: number): TextRule {
  const pattern = whole(regex);
  const text = regexMessage(message, regex, ...examples);
  return (value) => {
    const errors = max === undefined ? NOTHING : tooLong(value, max, "characters");
    return pattern.test(value) ? errors : [...errors, text];
  };
}

/** RFC 1123 subdomain: at most 253 characters. Names of most objects. */
export const isDns1123Subdomain: TextRule = (value) => {
  const errors = tooLong(value, 253, "characters");
  return SUBDOMAIN_REGEXP.test(value) ? errors : [...errors, SUBDOMAIN_MESSAGE];
};

/** Like {@link isDns1123Subdomain}, with underscores: search domains of a pod's DNS. */
export const isDns1123SubdomainWithUnderscore: TextRule = regexRule(
  SUBDOMAIN_UNDERSCORE,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  ["example.com"],
  253,
);

/** RFC 1035 label: at most 63 characters, starts with a letter. */
export const isDns1035Label: TextRule = regexRule(
  DNS_1035,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  ["my-name", "abc-123"],
  63,
);

/** `*.example.com`. */
export const isWildcardDns1123Subdomain: TextRule = regexRule(
  WILDCARD,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  ["*.example.com"],
  253,
);

/** A label key, annotation key, finalizer, resource or condition type: `name` or `example.com/name`. */
export const isQualifiedName: TextRule = (value) =>
  value.length <= 63 && QUALIFIED_WITH_PREFIX.test(value) ? NOTHING : qualifiedNameErrors(value);

const QUALIFIED_WITH_PREFIX = whole(`(${SUBDOMAIN}/)?${QUALIFIED}`);

function qualifiedNameErrors(value: string): readonly string[] {
  const parts = value.split("/");
  if (parts.length > 2) {
    return [
      `a valid label key ${QUALIFIED_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts[parts.length - 1] as string;
  const errors = parts.length === 2 ? prefixErrors(parts[0] as string) : [];
  if (name === "") errors.push("name part must be non-empty");
  else errors.push(...tooLong(name, 63, "bytes").map((text) => `name part ${text}`));
  if (!QUALIFIED_REGEXP.test(name)) errors.push(`name part ${QUALIFIED_MESSAGE}`);
  return errors;
}

function prefixErrors(prefix: string): string[] {
  if (prefix === "") return ["prefix part must be non-empty"];
  const errors = [...tooLong(prefix, 253, "bytes")];
  if (!SUBDOMAIN_REGEXP.test(prefix)) errors.push(SUBDOMAIN_MESSAGE);
  return errors.map((text) => `prefix part ${text}`);
}

const labelValueShape = regexRule(
  LABEL_VALUE,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ["MyValue", "my_value", "12345"],
);

/** A label value: empty, or at most 63 bytes of `[A-Za-z0-9._-]` that begin and end with a letter or digit. */
export const isLabelValue: TextRule = (value) => both(tooLong(value, 63, "bytes"), labelValueShape(value));

function both(first: readonly string[], second: readonly string[]): readonly string[] {
  if (first.length === 0) return second;
  return second.length === 0 ? first : [...first, ...second];
}

/** `[A-Za-z_][A-Za-z0-9_]*`. */
export const isCIdentifier: TextRule = regexRule(
  "[A-Za-z_][A-Za-z0-9_]*",
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  ["my_name", "MY_NAME", "MyName"],
);

/** `10%`. */
export const isPercent: TextRule = regexRule(
  "[0-9]+%",
  "a valid percent string must be a numeric string followed by an ending '%'",
  ["1%", "93%"],
);

/** The name of an HTTP header in a probe. */
export const isHttpHeaderName: TextRule = regexRule(
  "[-A-Za-z0-9]+",
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  ["X-Header-Name"],
);

const envVarShape = regexRule(
  "[-._a-zA-Z][-._a-zA-Z0-9]*",
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
  ["my.env-name", "MY_ENV.NAME", "MyEnvName1"],
);

/** The strict rule of environment variable names. */
export const isEnvVarName: TextRule = (value) => [...envVarShape(value), ...parentDirErrors(value)];

/** The rule that 1.36 applies: printable ASCII without `=`. */
export const isRelaxedEnvVarName: TextRule = (value) => {
  const errors = value === "" ? ["environment variable name must be non-empty"] : NOTHING;
  if (/^[ -<>-~]*$/.test(value)) return errors;
  return [
    ...errors,
    "a valid environment variable name must consist only of printable ASCII characters other than '='",
  ];
};

const configMapKeyShape = regexRule(
  "[-._a-zA-Z0-9]+",
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  ["key.name", "KEY_NAME", "key-name"],
  253,
);

/** A key of a ConfigMap or Secret: becomes a file name. */
export const isConfigMapKey: TextRule = (value) => both(configMapKeyShape(value), parentDirErrors(value));

function parentDirErrors(value: string): readonly string[] {
  if (value === "." || value === "..") return [`must not be '${value}'`];
  return value.startsWith("..") ? ["must not start with '..'"] : NOTHING;
}

/** The name of a port: an IANA service name of at most 15 characters. */
export const isPortName: TextRule = (value) => (PLAIN_PORT_NAME.test(value) ? NOTHING : portNameErrors(value));

const PLAIN_PORT_NAME = /^[a-z][a-z0-9]{0,14}$/;

function portNameErrors(value: string): readonly string[] {
  const errors = [...tooLong(value, 15, "characters")];
  if (!/^[-a-z0-9]+$/.test(value)) {
    errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!/[a-z]/.test(value)) errors.push("must contain at least one letter (a-z)");
  if (value.includes("--")) errors.push("must not contain consecutive hyphens");
  if (value.startsWith("-") || value.endsWith("-")) errors.push("must not begin or end with a hyphen");
  return errors;
}

/** A name that can be one segment of a URL path: RBAC objects. */
export const isPathSegmentName: TextRule = (value) => {
  if (value === "." || value === "..") return [`may not be '${value}'`];
  return ["/", "%"].filter((char) => value.includes(char)).map((char) => `may not contain '${char}'`);
};

/** 1 to 65535. */
export function isPortNumber(value: number): readonly string[] {
  return isInRange(value, 1, 65535);
}

/** `min` to `max`, both included. */
export function isInRange(value: number, min: number, max: number): readonly string[] {
  return value >= min && value <= max ? [] : [rangeMessage(min, max)];
}

/** A user or group id: 0 to 2147483647. */
export function isUserId(value: number): readonly string[] {
  return isInRange(value, 0, 2147483647);
}

const PLAIN = /^[ -~]*$/;

/** The first character that cannot be printed and its byte offset, as field manager names are checked. */
export function firstUnprintable(value: string): { readonly char: string; readonly at: number } | undefined {
  if (PLAIN.test(value)) return undefined;
  let at = 0;
  for (const char of value) {
    if (!isPrintable(char)) return { char, at };
    at += byteLength(char);
  }
  return undefined;
}
