import type { Draft } from "@pinnace/apimachinery";
import { invalidValue, notSupported, required } from "@pinnace/apimachinery";
import { all, each, fields, type Rule, text } from "../rules/rule.ts";
import { dnsLabel } from "../rules/text.ts";
import {
  deviceClassName,
  deviceConfiguration,
  deviceSelector,
  deviceToleration,
  namedSet,
  qualifiedAttribute,
  setOf,
  shortName,
} from "./device-rules.ts";

const MODES = ["All", "ExactCount"];
const REFERENCE =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
const ONE_KIND = "exactly one of `exactly` or `firstAvailable` is required";

const howMany: Rule = (value, path, errors) => {
  const { allocationMode: mode = "", count = 0 } = value;
  if (!MODES.includes(mode)) errors.push(notSupported(path.child("allocationMode"), mode, MODES));
  else if (mode === "ExactCount") {
    if (count <= 0) errors.push(invalidValue(path.child("count"), count, "must be greater than zero"));
  } else if (count !== 0) {
    errors.push(invalidValue(path.child("count"), count, "must not be specified when allocationMode is 'All'"));
  }
};

const exactly: Rule = all(
  fields({ deviceClassName, selectors: each(deviceSelector) }),
  howMany,
  fields({ tolerations: each(deviceToleration) }),
);

const request: Rule = (value, path, errors, owner) => {
  fields({ name: shortName })(value, path, errors, owner);
  const hasList = (value.firstAvailable ?? []).length > 0;
  if (!hasList && !value.exactly) errors.push(required(path, ONE_KIND));
  else if (hasList && value.exactly) {
    errors.push(invalidValue(path, null, `${ONE_KIND}, but multiple fields are set`));
  } else if (value.exactly) exactly(value.exactly, path.child("exactly"), errors, value);
  else {
    namedSet(all(fields({ name: shortName }), exactly))(
      value.firstAvailable,
      path.child("firstAvailable"),
      errors,
      value,
    );
  }
};

function knownNames(requests: readonly Draft[]): Set<string> {
  return new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [
      name,
      ...firstAvailable.map((alternative: Draft) => `${name}/${alternative.name}`),
    ]),
  );
}

function requestReference(known: ReadonlySet<string>): Rule {
  return (value, path, errors, owner) => {
    const segments: string[] = value.split("/");
    if (segments.length <= 2) for (const segment of segments) text(dnsLabel)(segment, path, errors, owner);
    if (!known.has(value)) errors.push(invalidValue(path, value, REFERENCE));
  };
}

const constrainedAttribute: Rule = (value, path, errors, owner) => {
  const member = ["matchAttribute", "distinctAttribute"].find((name) => value[name] !== undefined);
  const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
  if (!member) errors.push(required(path, detail));
  else qualifiedAttribute(value[member], path.child(member), errors, owner);
};

/** What a claim asks for. */
export const claimSpec: Rule = fields({
  devices: (value, path, errors, owner) => {
    const devices = value ?? {};
    const requests = setOf(requestReference(knownNames(devices.requests ?? [])), (name) => String(name));
    const rules = fields({
      requests: namedSet(request),
      constraints: each(all(fields({ requests }), constrainedAttribute)),
      config: each(all(fields({ requests }), deviceConfiguration)),
    });
    rules(devices, path, errors, owner);
  },
});

function defaultRequest(asked: Draft): void {
  if (!asked) return;
  asked.allocationMode ||= "ExactCount";
  if (asked.allocationMode === "ExactCount") asked.count ||= 1;
  for (const toleration of asked.tolerations ?? []) toleration.operator ||= "Equal";
}

/** A request is for one device unless it says more. */
export function defaultClaimSpec(spec: Draft): void {
  for (const item of spec?.devices?.requests ?? []) {
    defaultRequest(item.exactly);
    for (const alternative of item.firstAvailable ?? []) defaultRequest(alternative);
  }
}
