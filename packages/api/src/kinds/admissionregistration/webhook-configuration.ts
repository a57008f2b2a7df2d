import type { Column, Draft, FieldPath } from "@pinnace/apimachinery";
import { type FieldError, invalidValue, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { labelSelector } from "../rules/label-selector.ts";
import { all, each, fields, ifPresent, must, needed, oneOf, type Rule, text, uniqueBy } from "../rules/rule.ts";
import { dns1035, dnsSubdomain } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { STRICT_COUNTED, validation } from "../tables/kind.ts";
import { MUTATING_WEBHOOK_CONFIGURATION_COLUMNS, VALIDATING_WEBHOOK_CONFIGURATION_COLUMNS } from "./columns.ts";
import { conditionExpression } from "./expressions.ts";
import { defaultMatch, failurePolicy, matchConditions, matchPolicy } from "./match.ts";
import { ruleWithOperations } from "./rules.ts";
import { clientConfig } from "./webhook-client.ts";

const REVIEW_VERSIONS = ["v1", "v1beta1"];

const webhookName: Rule = needed((value, path, errors, owner) => {
  text(dnsSubdomain)(value, path, errors, owner);
  if (value.split(".").length >= 3) return;
  errors.push(invalidValue(path, value, "should be a domain with at least three segments separated by dots"));
});

function versionErrors(versions: readonly string[], path: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return versions.flatMap((version, position) => {
    const at = path.index(position);
    if (seen.has(version)) return [invalidValue(at, version, "duplicate version")];
    seen.add(version);
    return dns1035(version).map((message) => invalidValue(at, version, message));
  });
}

const admissionReviewVersions: Rule = (value, path, errors) => {
  const versions: string[] = value ?? [];
  const known = REVIEW_VERSIONS.join(", ");
  if (versions.length === 0) return void errors.push(required(path, `must specify one of ${known}`));
  errors.push(...versionErrors(versions, path));
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return;
  errors.push(invalidValue(path, versions, `must include at least one of ${known}`));
};

const timeout = must((seconds) => seconds >= 1 && seconds <= 30, "the timeout value must be between 1 and 30 seconds");

function webhooks(kindRules: Readonly<Record<string, Rule>>): Rule {
  const webhook = fields({
    name: webhookName,
    rules: each(ruleWithOperations),
    failurePolicy: ifPresent(failurePolicy),
    matchPolicy: ifPresent(matchPolicy),
    sideEffects: needed(oneOf("None", "NoneOnDryRun"), "must specify one of None, NoneOnDryRun"),
    timeoutSeconds: ifPresent(timeout),
    namespaceSelector: labelSelector,
    objectSelector: labelSelector,
    clientConfig,
    matchConditions: matchConditions(conditionExpression(false)),
    ...kindRules,
    admissionReviewVersions,
  });
  return fields({ webhooks: all(each(webhook), uniqueBy("name")) });
}

function setDefaults(own: Readonly<Record<string, string>>): (object: Draft) => void {
  return (object) => {
    for (const webhook of object.webhooks ?? []) {
      Object.assign(webhook, { failurePolicy: "Fail", timeoutSeconds: 10, ...own, ...webhook });
      defaultMatch(webhook);
      if (webhook.clientConfig?.service) webhook.clientConfig.service.port ??= 443;
    }
  };
}

function configuration(
  columns: readonly Column[],
  kindRules: Readonly<Record<string, Rule>>,
  kindDefaults: Readonly<Record<string, string>>,
): KindBehaviour {
  return {
    default: setDefaults(kindDefaults),
    columns,
    cells: (object, context) => [name(object), (object.webhooks ?? []).length, age(object, context)],
    strategy: { ...STRICT_COUNTED, ...validation(webhooks(kindRules)) },
  };
}

/** ValidatingWebhookConfiguration (admissionregistration.k8s.io/v1). */
export const validatingWebhookConfiguration: KindBehaviour = configuration(
  VALIDATING_WEBHOOK_CONFIGURATION_COLUMNS,
  {},
  {},
);

/** MutatingWebhookConfiguration (admissionregistration.k8s.io/v1). */
export const mutatingWebhookConfiguration: KindBehaviour = configuration(
  MUTATING_WEBHOOK_CONFIGURATION_COLUMNS,
  { reinvocationPolicy: ifPresent(oneOf("IfNeeded", "Never")) },
  { reinvocationPolicy: "Never" },
);
