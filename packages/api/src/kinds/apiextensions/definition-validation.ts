import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue, required } from "@pinnace/apimachinery";
import { clientConfig } from "../admissionregistration/webhook-client.ts";
import { same } from "../rules/equal.ts";
import { check, each, fields, ifSet, needed, neededOneOf, type Rule } from "../rules/rule.ts";
import { dns1035, dnsSubdomain } from "../rules/text.ts";
import { defaultValueErrors } from "./default-values.ts";
import { ruleCompilationErrors } from "./rule-compilation.ts";
import { schemaErrors } from "./schema-rules.ts";
import { selectableFieldErrors } from "./selectable-fields.ts";
import { structuralErrors } from "./structural.ts";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const APPROVAL = "api-approved.kubernetes.io";
const REVIEW_VERSIONS = ["v1", "v1beta1"];
const SPEC = fieldPath("spec");

function joined(value: string, messages: readonly string[], path: FieldPath, start = ""): FieldError[] {
  return messages.length === 0 ? [] : [invalidValue(path, value, start + messages.join(","))];
}

const label: Rule = (value, path, errors) => {
  errors.push(...joined(value, dns1035(value), path));
};

const mixedCaseLabel: Rule = (value, path, errors) => {
  const start = "may have mixed case, but should otherwise match: ";
  errors.push(...joined(value, dns1035(value.toLowerCase()), path, start));
};

const group: Rule = needed((value, path, errors) => {
  const messages = dnsSubdomain(value);
  if (messages.length > 0) errors.push(...joined(value, messages, path));
  else if (!value.includes(".")) errors.push(invalidValue(path, value, "should be a domain with at least one dot"));
});

const namesGiven: Rule = fields({ plural: needed(), singular: needed(), kind: needed(), listKind: needed() });

const names: Rule = fields({
  plural: ifSet(label),
  singular: ifSet(label),
  kind: ifSet(mixedCaseLabel),
  listKind: (value, path, errors, owner) => {
    ifSet(mixedCaseLabel)(value, path, errors, owner);
    if (value && value === owner.kind) errors.push(invalidValue(path, value, "kind and listKind may not be the same"));
  },
  shortNames: each(label),
  categories: each(label),
});

const simplePath: Rule = (value, path, errors) => {
  if (!value.startsWith(".")) errors.push(invalidValue(path, value, "must be a simple json path starting with ."));
};

function memberOf(list: readonly string[]): Rule {
  return (value, path, errors) => {
    if (!list.includes(value)) errors.push(invalidValue(path, value, `must be one of ${list.join(",")}`));
  };
}

/** A printer column. Paths are those of the internal type. */
const printerColumn: Rule = (value, path, errors, owner) => {
  const rules = {
    name: needed(),
    type: needed(memberOf(COLUMN_TYPES), `must be one of ${COLUMN_TYPES.join(",")}`),
    format: ifSet(memberOf(COLUMN_FORMATS)),
    JSONPath: needed(simplePath),
  };
  fields(rules)({ ...value, JSONPath: value.jsonPath }, path, errors, owner);
};

function pathBelow(...starts: readonly string[]): Rule {
  const where = starts.length > 1 ? `either ${starts.join(" or ")}` : starts.join("");
  return (value, path, errors, owner) => {
    if (!value.startsWith(".")) simplePath(value, path, errors, owner);
    else if (!starts.some((start) => value.startsWith(`${start}.`))) {
      errors.push(invalidValue(path, value, `should be a json path under ${where}`));
    }
  };
}

const subresources: Rule = (value, path, errors, owner) => {
  if (!value?.scale) return;
  const scale = fields({
    specReplicasPath: needed(pathBelow(".spec")),
    statusReplicasPath: needed(pathBelow(".status")),
    labelSelectorPath: ifSet(pathBelow(".spec", ".status")),
  });
  scale(value.scale, path.child("scale"), errors, owner);
};

const ROOT_WITH_STATUS =
  'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';

const schemaRule: Rule = (value, path, errors, owner) => {
  if (!value) return;
  const hasStatus = (owner.versions?.[0] ?? owner).subresources?.status !== undefined;
  if (hasStatus && value.type && value.type !== "object")
    errors.push(invalidValue(path.child("type"), value.type, ROOT_WITH_STATUS));
  if (value.nullable) errors.push(forbiddenField(path.child("nullable"), "nullable cannot be true at the root"));
  const errorsOfSchema = schemaErrors(value, path);
  const readable = !errorsOfSchema.some(({ message }) => /\$ref is not|not an array/.test(message));
  const unstructured = readable ? structuralErrors(value, path) : [];
  errors.push(...unstructured);
  const defaults = readable && unstructured.length === 0 ? defaultValueErrors(value, path) : [];
  errors.push(...defaults, ...errorsOfSchema);
  if (readable && unstructured.length + defaults.length === 0) errors.push(...ruleCompilationErrors(value, path));
};

/** What versions say alike is reported once, at the spec; internally there is only one of it. */
interface Shared {
  readonly member: string;
  /** Where it is reported when all versions have the same. */
  readonly at: FieldPath;
  readonly rule: Rule;
}

const SHARED: readonly Shared[] = [
  {
    member: "schema",
    at: SPEC.child("validation"),
    rule: (value, path, errors, owner) =>
      schemaRule(value?.openAPIV3Schema, path.child("openAPIV3Schema"), errors, owner),
  },
  { member: "subresources", at: SPEC.child("subresources"), rule: subresources },
  {
    member: "selectableFields",
    at: SPEC.child("selectableFields"),
    rule: (value, path, errors, owner) => {
      const schema = owner.schema ?? owner.versions?.[0]?.schema;
      errors.push(...selectableFieldErrors(value, schema?.openAPIV3Schema, path));
    },
  },
  { member: "additionalPrinterColumns", at: SPEC.child("additionalPrinterColumns"), rule: each(printerColumn) },
];

function isShared(versions: readonly Draft[], member: string): boolean {
  return versions.every((version) => same(version[member], versions[0]?.[member]));
}

function versionErrors(versions: readonly Draft[]): FieldError[] {
  const errors: FieldError[] = [];
  const path = SPEC.child("versions");
  for (const [position, version] of versions.entries()) {
    const at = path.index(position);
    label(version.name ?? "", at.child("name"), errors, version);
    if (!version.deprecated && version.deprecationWarning !== undefined) {
      const message = "can only be set for deprecated versions";
      errors.push(invalidValue(at.child("deprecationWarning"), version.deprecationWarning, message));
    }
    for (const { member, rule } of SHARED) {
      if (!isShared(versions, member)) rule(version[member], at.child(member), errors, version);
    }
  }
  const storage = versions.filter((version) => version.storage).length;
  const shown = versions.map((version) => internalVersion(version, versions));
  if (new Set(versions.map((version) => version.name)).size < versions.length) {
    errors.push(invalidValue(path, shown, "must contain unique version names"));
  }
  if (storage !== 1) errors.push(invalidValue(path, shown, "must have exactly one version marked as storage version"));
  return errors;
}

function internalVersion(version: Draft, versions: readonly Draft[]): Draft {
  const own = (member: string): Draft => (isShared(versions, member) ? null : (version[member] ?? null));
  return {
    Name: version.name ?? "",
    Served: version.served ?? false,
    Storage: version.storage ?? false,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: own("schema"),
    Subresources: own("subresources"),
    AdditionalPrinterColumns: own("additionalPrinterColumns"),
    SelectableFields: own("selectableFields"),
  };
}

function reviewVersions(versions: readonly string[], path: FieldPath): FieldError[] {
  if (versions.length === 0) return [required(path)];
  const errors = versions.flatMap((version, position) => {
    const at = path.index(position);
    if (versions.indexOf(version) < position) return [invalidValue(at, version, "duplicate version")];
    return dns1035(version).map((message) => invalidValue(at, version, message));
  });
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return errors;
  return [...errors, invalidValue(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(", ")}`)];
}

const conversion: Rule = (value, path, errors, owner) => {
  fields({ strategy: neededOneOf("None", "Webhook") })(value, path, errors, owner);
  const client = path.child("webhookClientConfig");
  const versions = path.child("conversionReviewVersions");
  if (value.strategy !== "Webhook") {
    const message = "should not be set when strategy is not set to Webhook";
    if (value.webhook?.clientConfig) errors.push(forbiddenField(client, message));
    if (value.webhook?.conversionReviewVersions?.length > 0) errors.push(forbiddenField(versions, message));
    return;
  }
  if (!value.webhook?.clientConfig) errors.push(required(client, "required when strategy is set to Webhook"));
  else clientConfig(value.webhook.clientConfig, client, errors, owner);
  errors.push(...reviewVersions(value.webhook?.conversionReviewVersions ?? [], versions));
};

function approvalErrors({ metadata, spec }: Draft): FieldError[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group ?? "")) return [];
  const annotation: string = metadata?.annotations?.[APPROVAL] ?? "";
  const path = fieldPath("metadata", "annotations").key(APPROVAL);
  const see = "see https://github.com/kubernetes/enhancements/pull/1111";
  const start = `protected groups must have approval annotation "${APPROVAL}"`;
  if (annotation === "") return [required(path, `${start}, ${see}`)];
  if (annotation.startsWith("unapproved") || /^[a-z][a-z0-9+.-]*:\/\/[^/]+/i.test(annotation)) return [];
  return [invalidValue(path, annotation, `${start} with either a URL or a reason starting with "unapproved", ${see}`)];
}

function storedVersionErrors({ spec, status }: Draft): FieldError[] {
  const path = fieldPath("status", "storedVersions");
  const stored: string[] = status?.storedVersions ?? [];
  if (stored.length === 0) return [invalidValue(path, null, "must have at least one stored version")];
  const versions: Draft[] = spec.versions ?? [];
  const missing = versions
    .filter((version) => version.storage && !stored.includes(version.name))
    .map((version) => invalidValue(path, stored, `must have the storage version ${version.name}`));
  const gone = stored.flatMap((version, position) => {
    if (versions.some((own) => own.name === version)) return [];
    const message = `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;
    return [invalidValue(path.index(position), version, message)];
  });
  return [...missing, ...gone];
}

/** A definition is named after what it defines. */
export function nameErrors({ metadata, spec }: Draft): FieldError[] {
  const name = metadata?.name ?? "";
  if (name === `${spec?.names?.plural ?? ""}.${spec?.group ?? ""}`) return [];
  return [invalidValue(fieldPath("metadata", "name"), name, 'must be spec.names.plural+"."+spec.group')];
}

/** Everything wrong with what a CustomResourceDefinition says. */
export function definitionErrors(object: Draft): FieldError[] {
  const spec = object.spec ?? {};
  const versions: Draft[] = spec.versions ?? [];
  const errors = check(fields({ group, scope: neededOneOf("Cluster", "Namespaced") }), spec, SPEC);
  for (const [position, version] of versions.entries()) {
    if (version.schema?.openAPIV3Schema) continue;
    errors.push(required(SPEC.child("versions").index(position).child("schema").child("openAPIV3Schema")));
  }
  errors.push(...versionErrors(versions));
  // Internally the first version's name is also the definition's own.
  if (versions[0]?.name) label(versions[0].name, SPEC.child("version"), errors, spec);
  errors.push(...check(namesGiven, spec.names, SPEC.child("names")), ...check(names, spec.names, SPEC.child("names")));
  for (const { member, at, rule } of SHARED) {
    if (versions.length > 0 && isShared(versions, member)) rule(versions[0][member], at, errors, spec);
  }
  if (spec.conversion) conversion(spec.conversion, SPEC.child("conversion"), errors, spec);
  errors.push(...storedVersionErrors({ ...object, spec }), ...approvalErrors({ ...object, spec }));
  if (spec.preserveUnknownFields) {
    const message =
      "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
    errors.push(invalidValue(SPEC.child("preserveUnknownFields"), true, message));
  }
  return errors;
}
