import { describe, expect, it } from "vitest";
import { goldenFiles, type Verdict, walk, walkUpdates } from "./golden-walk.ts";

/** Recorded creates that may disagree: what the server, admission or the decoder decides, and what CEL says. */
const KNOWN: readonly RegExp[] = [
  /admission.json\/bad-webhook-match-condition/,
  /admission.json\/bad-validating-policy-(expression|message-expression|variable-name|audit-key)/,
  /admission.json\/bad-mutating-policy-(expression|json-patch-type)/,
  /definitions.json\/bad-crd-schema-(rule-does-not-compile|rule-cost|default-)/,
  /resources.json\/bad-claim-(selector|admin-access-without-label)/,
  /metadata.json\/(deletion-timestamp-in-create|managed-fields-bad-operation)/,
  /names.json\/(namespace-in-body-of-cluster-scoped|body-unknown-field-warns)/,
  /services.json\/bad-(cluster-ip-outside-the-range|ip-family-not-configured|require-dual-stack)/,
];

/** How many recorded creates agree at least. Raise it when more do. */
const FLOOR = 830;

/** Recorded updates that may disagree: what the server does before or beside the kind. */
const KNOWN_UPDATES: readonly RegExp[] = [
  /metadata.json\/update-/,
  /-put-without-resource-version$/,
  /put-budget-without-resource-version$/,
  /pods.json\/update-default-toleration-removed-comes-back/,
  /services.json\/update-cluster-ip-removed-by-patch/,
];

describe("built-in kinds against recorded answers of Kubernetes 1.36", () => {
  const files = goldenFiles();
  it.skipIf(files.length === 0)("agrees with the recorded creates", () => {
    const verdicts = files.flatMap(walk);
    const disagreeing = verdicts.filter(
      (each: Verdict) => !each.agrees && !KNOWN.some((known) => known.test(each.name)),
    );
    console.log(`${verdicts.length - disagreeing.length} of ${verdicts.length} recorded creates agree`);
    for (const each of disagreeing) console.log(`${each.name} (${each.kind}): ${each.difference}`);
    expect(disagreeing.map((each) => each.name)).toEqual([]);
    expect(verdicts.length - disagreeing.length).toBeGreaterThanOrEqual(FLOOR);
  });

  it.skipIf(files.length === 0)("agrees with the recorded updates", () => {
    const verdicts = files.flatMap(walkUpdates);
    const disagreeing = verdicts.filter(
      (each: Verdict) => !each.agrees && !KNOWN_UPDATES.some((known) => known.test(each.name)),
    );
    expect(disagreeing.map((each) => `${each.name}: ${each.difference}`)).toEqual([]);
    expect(verdicts.length).toBeGreaterThan(120);
  });
});
