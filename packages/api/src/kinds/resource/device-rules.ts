import type { Draft, FieldPath } from "@pinnace/apimachinery";
import { duplicate, forbiddenField, invalidValue, required, tooLong } from "@pinnace/apimachinery";
import { compileDeviceSelector, MAX_SELECTOR_COST } from "@pinnace/cel";
import { csiDriverName } from "../core/volume-sources.ts";
import { all, fields, ifPresent, ifSet, needed, oneOf, type Rule, text } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "../rules/text.ts";

const MAX_ID = 32;
const MAX_EXPRESSION = 10 * 1024;
const MAX_POOL_NAME = 253;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const IDENTIFIER_MESSAGE =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

/** The driver of devices: a DNS name of at most 63 bytes. */
export const driverName: Rule = csiDriverName;
/** Names of requests, devices and counters. */
export const shortName: Rule = (value, path, errors, owner) => text(dnsLabel)(value ?? "", path, errors, owner);
export const deviceClassName: Rule = needed(text(dnsSubdomain));

/** A rule for each item of a list, then `Duplicate value` for items that have the key of an earlier one. */
export function setOf(rule: Rule, keyOf: (item: Draft) => string): Rule {
  return (value, path, errors, owner) => {
    const items: Draft[] = value ?? [];
    for (const [position, item] of items.entries()) rule(item, path.index(position), errors, owner);
    const seen = new Set<string>();
    for (const [position, item] of items.entries()) {
      const key = keyOf(item);
      if (seen.has(key)) errors.push(duplicate(path.index(position), key));
      seen.add(key);
    }
  };
}

/** Named by `name`. */
export function namedSet(rule: Rule): Rule {
  return setOf(rule, (item) => item.name ?? "");
}

const identifier: Rule = (value, path, errors) => {
  if (value.length > MAX_ID) errors.push(tooLong(path, MAX_ID));
  if (!IDENTIFIER.test(value)) errors.push(invalidValue(path, value, IDENTIFIER_MESSAGE));
};

/** `model` or `example.com/model`: the name of an attribute or a capacity. */
export const attributeName: Rule = (value, path, errors, owner) => {
  const parts: string[] = value.split("/");
  const [domain = "", name = ""] = parts.length === 2 ? parts : ["", parts[0]];
  if (parts.length > 2) return;
  if (parts.length === 2) {
    if (domain === "") errors.push(invalidValue(path, "", "the domain must not be empty"));
    else driverName(domain, path, errors, owner);
  }
  if (parts.length === 2 && name === "") errors.push(invalidValue(path, "", "the name must not be empty"));
  else identifier(name, path, errors, owner);
};

/** An attribute named with its domain. */
export const qualifiedAttribute: Rule = (value, path, errors, owner) => {
  attributeName(value, path, errors, owner);
  if (value.includes("/")) return;
  errors.push(invalidValue(path, value, "a fully qualified name must be a domain and a name separated by a slash"));
};

/** `a/b`: the name of a pool of devices. */
export const poolName: Rule = needed((value, path, errors, owner) => {
  if (value.length > MAX_POOL_NAME) errors.push(tooLong(path, MAX_POOL_NAME));
  for (const part of value.split("/")) text(dnsSubdomain)(part, path, errors, owner);
});

const expression: Rule = (value, path, errors) => {
  const source = value ?? "";
  if (source.length > MAX_EXPRESSION) return void errors.push(tooLong(path, MAX_EXPRESSION));
  const { error, maxCost } = compileDeviceSelector(source);
  if (error !== undefined) errors.push(invalidValue(path, source, error));
  else if (maxCost > MAX_SELECTOR_COST) errors.push(forbiddenField(path, "too complex, exceeds cost limit"));
};

/** A selector in CEL. */
export const deviceSelector: Rule = fields({ cel: needed(fields({ expression })) });

const taintEffect = oneOf("NoExecute", "NoSchedule", "None");

/** What keeps claims off a device. */
export const deviceTaint: Rule = fields({
  key: text(qualifiedName),
  value: ifSet(text(labelValue)),
  effect: needed(taintEffect),
});

const tolerationValue: Rule = (value, path, errors, { operator }) => {
  if (operator === "Equal") text(labelValue)(value, path, errors, undefined);
  else if (operator === "Exists" && value) {
    errors.push(invalidValue(path, value, "must be empty for operator `Exists`"));
  }
};

/** Which taints of devices a request puts up with. */
export const deviceToleration: Rule = fields({
  key: ifSet(text(qualifiedName)),
  value: tolerationValue,
  operator: needed(oneOf("Equal", "Exists")),
  effect: ifSet(taintEffect),
});

const parameters: Rule = (value, path, errors) => {
  if (value === undefined || value === null) errors.push(required(path));
  else if (typeof value !== "object" || Array.isArray(value)) {
    errors.push(invalidValue(path, "<value omitted>", "must be a valid JSON object"));
  } else if (JSON.stringify(value).length > MAX_EXPRESSION) errors.push(tooLong(path, MAX_EXPRESSION));
};

/** Configuration that only the driver understands. */
export const deviceConfiguration: Rule = fields({ opaque: needed(fields({ driver: driverName, parameters })) });

/** Which of several members of an object are set, in backticks. */
export function membersSet(object: Draft, members: readonly string[]): string[] {
  return members.filter((member) => object[member]).map((member) => `\`${member}\``);
}

/** A text that is absent or not empty. */
export function notEmpty(message: string, rule: Rule): Rule {
  return ifPresent(
    all((value, path: FieldPath, errors) => {
      if (value === "") errors.push(invalidValue(path, value, message));
    }, ifSet(rule)),
  );
}

/** A flag that is absent or true. */
export const trueOrUnset: Rule = (value, path, errors) => {
  if (value === false) errors.push(invalidValue(path, value, "must be either unset or set to true"));
};
