import type { Draft, FieldPath } from "@pinnace/apimachinery";
import { invalidValue, notSupported, required } from "@pinnace/apimachinery";
import { noBacksteps } from "../../rules/path-text.ts";
import { canonicalQuantity, compareQuantities } from "../../rules/quantity.ts";
import { fields, must, needed, type Rule, text } from "../../rules/rule.ts";
import { configMapKey, dnsLabel, dnsSubdomain, qualifiedName, relaxedEnvVarName } from "../../rules/text.ts";

/** `secretKeyRef` and `configMapKeyRef`: an object's name and one key of it. */
export const keySelector: Rule = fields({ name: text(dnsSubdomain), key: needed(text(configMapKey)) });

/** `fileKeyRef`: a variable of a file in a volume (KEP-3721). */
export const fileKeySelector: Rule = fields({
  key: needed(text(relaxedEnvVarName)),
  volumeName: needed(text(dnsLabel)),
  path: needed(noBacksteps),
});

/** Fields of a pod that a variable may take. */
export const ENV_FIELDS: readonly string[] = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

/** Fields of a pod that a file may take. */
export const FILE_FIELDS: readonly string[] = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];

const KNOWN_FIELDS = new Set([
  ...ENV_FIELDS,
  ...FILE_FIELDS,
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
]);

const SUBSCRIPT = /^(.*)\['(.*)'\]$/;

/** `fieldRef`: a field of the pod, or one label or annotation by `metadata.labels['key']`. */
export function fieldSelector(supported: readonly string[]): Rule {
  return (value, path, errors) => {
    if (!value.apiVersion) return void errors.push(required(path.child("apiVersion")));
    if (!value.fieldPath) return void errors.push(required(path.child("fieldPath")));
    const problem = conversionProblem(value);
    if (problem) return void errors.push(invalidValue(path.child("fieldPath"), value.fieldPath, problem));
    const [, field = value.fieldPath, subscript] = SUBSCRIPT.exec(value.fieldPath) ?? [];
    const name = field === "spec.host" ? "spec.nodeName" : field;
    if (subscript === undefined) {
      if (!supported.includes(name)) errors.push(notSupported(path.child("fieldPath"), name, supported));
    } else if (name === "metadata.annotations" || name === "metadata.labels") {
      const key = name === "metadata.annotations" ? subscript.toLowerCase() : subscript;
      for (const message of qualifiedName(key)) errors.push(invalidValue(path, key, message));
    } else errors.push(invalidValue(path, name, "does not support subscript"));
  };
}

function conversionProblem(reference: Draft): string | undefined {
  if (reference.apiVersion !== "v1")
    return `error converting fieldPath: unsupported pod version: ${reference.apiVersion}`;
  const [, field = reference.fieldPath, subscript] = SUBSCRIPT.exec(reference.fieldPath) ?? [];
  if (subscript !== undefined) {
    const subscripted = field === "metadata.annotations" || field === "metadata.labels";
    return subscripted
      ? undefined
      : `error converting fieldPath: field label does not support subscript: ${reference.fieldPath}`;
  }
  if (KNOWN_FIELDS.has(field) || field === "spec.host") return undefined;
  return `error converting fieldPath: field label not supported: ${field}`;
}

const RESOURCES: readonly string[] = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];
const BYTE_DIVISORS = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
const DIVISORS: Readonly<Record<string, { readonly supported: readonly string[]; readonly message: string }>> = {
  cpu: { supported: ["1m", "1"], message: "only divisor's values 1m and 1 are supported with the cpu resource" },
  memory: bytes("memory"),
  "ephemeral-storage": bytes("local ephemeral storage"),
  hugepages: bytes("hugepages"),
};

function bytes(resource: string): { supported: readonly string[]; message: string } {
  const message = `only divisor's values ${BYTE_DIVISORS.join(", ")} are supported with the ${resource} resource`;
  return { supported: BYTE_DIVISORS, message };
}

function isHugePage(resource: string): boolean {
  return /^(limits|requests)\.hugepages-/.test(resource);
}

function divisor(reference: Draft, path: FieldPath): ReturnType<typeof invalidValue>[] {
  const quantity = reference.divisor ?? "0";
  if (compareQuantities(quantity, "0") === 0) return [];
  const resource = String(reference.resource ?? "");
  const rule = DIVISORS[isHugePage(resource) ? "hugepages" : resource.slice(resource.indexOf(".") + 1)];
  if (rule === undefined || rule.supported.includes(canonicalQuantity(quantity))) return [];
  return [invalidValue(path.child("divisor"), resource, rule.message)];
}

/** `resourceFieldRef`: a request or limit of a container; in a volume the container must be named. */
export function resourceFieldSelector(inVolume: boolean): Rule {
  return (value, path, errors) => {
    if (inVolume && !value.containerName) errors.push(required(path.child("containerName")));
    else if (!value.resource) errors.push(required(path.child("resource")));
    else if (!RESOURCES.includes(value.resource) && !isHugePage(value.resource)) {
      errors.push(notSupported(path.child("resource"), value.resource, RESOURCES));
    }
    errors.push(...divisor(value, path));
  };
}

/** Permission bits of a file in a volume. */
export const fileMode: Rule = must(
  (mode) => mode === undefined || mode === null || (mode >= 0 && mode <= 0o777),
  "must be a number between 0 and 0777 (octal), both inclusive",
);
