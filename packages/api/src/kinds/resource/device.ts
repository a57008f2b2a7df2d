import type { Draft } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, required, tooLong } from "@pinnace/apimachinery";
import { nodeSelector } from "../core/node-selector.ts";
import { all, each, fields, ifPresent, type Rule, text } from "../rules/rule.ts";
import { dnsSubdomain } from "../rules/text.ts";
import { attributeName, deviceTaint, membersSet, notEmpty, setOf, shortName, trueOrUnset } from "./device-rules.ts";

const MAX_VALUE = 64;
const MAX_ENTRIES = 32;
const VALUES = ["bool", "int", "string", "version", "bools", "ints", "strings", "versions"];
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;
const NODES = ["nodeName", "nodeSelector", "allNodes"];
const ONE_PLACE =
  "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
const NO_PLACE =
  "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec";

const stringValue: Rule = (value, path, errors) => {
  if (value.length > MAX_VALUE) errors.push(tooLong(path, MAX_VALUE));
};

const versionValue: Rule = (value, path, errors) => {
  const message = "must be a string compatible with semver.org spec 2.0.0";
  if (!SEMVER.test(value)) errors.push(invalidValue(path, value, message));
  if (value.length > MAX_VALUE) errors.push(tooLong(path, MAX_VALUE));
};

const attribute: Rule = (value, path, errors, owner) => {
  const members = fields({
    string: ifPresent(stringValue),
    version: ifPresent(versionValue),
    strings: each(stringValue),
    versions: each(versionValue),
  });
  members(value, path, errors, owner);
  const given = VALUES.filter((name) => value[name] !== undefined);
  if (given.length === 1) return;
  errors.push(invalidValue(path, given.length === 0 ? "" : value, "exactly one value must be specified"));
};

function capacity(shared: boolean): Rule {
  return (value, path, errors) => {
    if (value.requestPolicy === undefined || shared) return;
    errors.push(forbiddenField(path.child("requestPolicy"), "allowMultipleAllocations must be true"));
  };
}

/** A rule for the values of a map whose keys are names of attributes. */
function attributeMap(rule: Rule): Rule {
  return (value, path, errors, owner) => {
    for (const key of Object.keys(value ?? {}).sort()) {
      attributeName(key, path, errors, owner);
      rule(value[key], path.key(key), errors, owner);
    }
  };
}

const placed: Rule = (value, path, errors, owner) => {
  const members = fields({
    nodeName: notEmpty("must not be empty", text(dnsSubdomain)),
    nodeSelector: ifPresent(nodeSelector),
    allNodes: trueOrUnset,
  });
  members(value, path, errors, owner);
  const given = membersSet(value, NODES);
  if (given.length === 0) errors.push(required(path, ONE_PLACE));
  else if (given.length > 1) errors.push(invalidValue(path, `{${given.join(", ")}}`, ONE_PLACE));
};

const unplaced: Rule = (value, path, errors) => {
  if (NODES.some((member) => value[member] !== undefined)) errors.push(invalidValue(path, null, NO_PLACE));
};

const counters: Rule = (value, path, errors, owner) => {
  const names = Object.keys(value ?? {}).sort();
  if (names.length === 0) errors.push(required(path));
  for (const name of names) shortName(name, path, errors, owner);
};

/** Counters that devices share. */
export const counterSet: Rule = fields({ name: shortName, counters });

function sizeError(device: Draft): string | undefined {
  const count = Object.keys(device.attributes ?? {}).length + Object.keys(device.capacity ?? {}).length;
  return count > MAX_ENTRIES
    ? `the total number of attributes and capacities must not exceed ${MAX_ENTRIES}`
    : undefined;
}

/** One device of a slice. */
export function device(perDevice: boolean): Rule {
  return (value, path, errors, owner) => {
    fields({ name: shortName })(value, path, errors, owner);
    const problem = sizeError(value);
    const entries = { ...value.attributes, ...value.capacity };
    if (problem) errors.push(invalidValue(path, Object.keys(entries).length, problem));
    const members = fields({
      attributes: attributeMap(attribute),
      capacity: attributeMap(capacity(Boolean(value.allowMultipleAllocations))),
      taints: each(deviceTaint),
      consumesCounters: setOf(fields({ counterSet: shortName, counters }), (item) => item.counterSet ?? ""),
    });
    all(members, perDevice ? placed : unplaced)(value, path, errors, owner);
  };
}
