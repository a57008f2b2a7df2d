import type { Draft } from "@pinnace/apimachinery";
import { invalidValue } from "@pinnace/apimachinery";
import { all, each, fields, ifPresent, ifSet, needed, type Rule, text } from "../../rules/rule.ts";
import { dnsSubdomainPrefix, relaxedEnvVarName } from "../../rules/text.ts";
import { ENV_FIELDS, fieldSelector, fileKeySelector, keySelector, resourceFieldSelector } from "./key-references.ts";

const SOURCES: Readonly<Record<string, Rule>> = {
  fieldRef: fieldSelector(ENV_FIELDS),
  resourceFieldRef: resourceFieldSelector(false),
  configMapKeyRef: keySelector,
  secretKeyRef: keySelector,
  fileKeyRef: fileKeySelector,
};

const SOURCE_NAMES = Object.keys(SOURCES);

const ONE_OF = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";

function countOf(object: Draft, names: readonly string[]): number {
  return names.filter((name) => object[name] !== undefined && object[name] !== null).length;
}

const valueFrom: Rule = (value, path, errors, variable) => {
  for (const name of SOURCE_NAMES)
    if (value[name] !== undefined && value[name] !== null) SOURCES[name]!(value[name], path.child(name), errors, value);
  const sources = countOf(value, SOURCE_NAMES);
  if (sources === 0) errors.push(invalidValue(path, "", ONE_OF));
  else if (variable.value) errors.push(invalidValue(path, "", "may not be specified when `value` is not empty"));
  else if (sources > 1) errors.push(invalidValue(path, "", "may not have more than one field specified at a time"));
};

/** `env[]` of a container. */
export const environment: Rule = each(
  fields({ name: needed(text(relaxedEnvVarName)), valueFrom: ifPresent(valueFrom) }),
);

const objectName = fields({ name: needed(text(dnsSubdomainPrefix)) });

/** `envFrom[]` of a container. What is wrong with an entry as a whole is reported at the list. */
export const environmentFrom: Rule = (value, path, errors) => {
  if (!value?.length) return;
  const entry = all(
    fields({
      prefix: ifSet(text(relaxedEnvVarName)),
      configMapRef: ifPresent(objectName),
      secretRef: ifPresent(objectName),
    }),
    (source) => {
      const sources = countOf(source, ["configMapRef", "secretRef"]);
      if (sources === 0) errors.push(invalidValue(path, "", "must specify one of: `configMapRef` or `secretRef`"));
      if (sources > 1) errors.push(invalidValue(path, "", "may not have more than one field specified at a time"));
    },
  );
  each(entry)(value, path, errors, undefined);
};
