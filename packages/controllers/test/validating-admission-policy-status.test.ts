import { VALIDATING_ADMISSION_POLICIES, type ValidatingAdmissionPolicy } from "@pinnace/api";
import type { Draft, ResourceType } from "@pinnace/apimachinery";
import { afterEach, describe, expect, it } from "vitest";
import { validatingAdmissionPolicyStatusController } from "../src/validatingadmissionpolicystatus/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

const CRDS: ResourceType = {
  group: "apiextensions.k8s.io",
  version: "v1",
  resource: "customresourcedefinitions",
  kind: "CustomResourceDefinition",
  namespaced: false,
};
const BOATS: Draft = {
  metadata: { name: "boats.example.com" },
  spec: {
    ...{ group: "example.com", scope: "Namespaced", names: { plural: "boats", singular: "boat", kind: "Boat" } },
    versions: [
      {
        ...{ name: "v1", served: true, storage: true },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", properties: { length: { type: "integer" } } } },
          },
        },
      },
    ],
  },
};

let plane: ControlPlane;
afterEach(() => plane.stop());

function policy(rule: Draft, spec: Draft): ValidatingAdmissionPolicy {
  const resourceRules = [{ operations: ["CREATE"], apiVersions: ["v1"], ...rule }];
  return {
    metadata: { name: "p" },
    spec: { matchConstraints: { resourceRules }, ...spec },
  } as ValidatingAdmissionPolicy;
}

async function statusOf(rule: Draft, spec: Draft): Promise<Draft> {
  plane = await startControlPlane([validatingAdmissionPolicyStatusController]);
  await plane.create(CRDS, BOATS);
  await plane.create(VALIDATING_ADMISSION_POLICIES, policy(rule, spec));
  return observed(1);
}

/** The status once a generation has been looked at; documents that the controller reads are made in real time. */
async function observed(generation: number): Promise<Draft> {
  await expect
    .poll(
      async () => {
        await plane.clock.advance(100);
        return (await plane.get(VALIDATING_ADMISSION_POLICIES, "p")).status?.observedGeneration;
      },
      { timeout: 20_000 },
    )
    .toBe(generation);
  return (await plane.get(VALIDATING_ADMISSION_POLICIES, "p")).status;
}

const DEPLOYMENTS = { apiGroups: ["apps"], resources: ["deployments"] };
const PODS = { apiGroups: [""], resources: ["pods", "services", "pods/status", "*/scale"] };

describe("the type checking of a policy", () => {
  const cases: readonly [string, Draft, Draft, readonly (readonly [string, string])[]][] = [
    ["finds nothing wrong", DEPLOYMENTS, { validations: [{ expression: "object.spec.replicas > 1" }] }, []],
    [
      "finds wrong types and fields",
      DEPLOYMENTS,
      {
        validations: [
          { expression: "object.spec.replicas > 'x'" },
          { expression: "true", messageExpression: "string(object.nope)" },
        ],
      },
      [
        [
          "spec.validations[0].expression",
          "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'",
        ],
        [
          "spec.validations[1].messageExpression",
          "apps/v1, Kind=Deployment: ERROR: <input>:1:14: undefined field 'nope'",
        ],
      ],
    ],
    [
      "knows variables",
      DEPLOYMENTS,
      {
        variables: [{ name: "n", expression: "object.spec.replicas" }],
        validations: [{ expression: "variables.n > 'x'" }],
      },
      [
        [
          "spec.validations[0].expression",
          "apps/v1, Kind=Deployment: ERROR: <input>:1:13: found no matching overload for '_>_' applied to '(int, string)'",
        ],
      ],
    ],
    [
      "looks at every kind that is named",
      PODS,
      { validations: [{ expression: "object.spec.containers.size() > 0" }] },
      [["spec.validations[0].expression", "/v1, Kind=Service: ERROR: <input>:1:12: undefined field 'containers'"]],
    ],
    [
      "passes over wildcards",
      { apiGroups: ["*"], resources: ["deployments"] },
      { validations: [{ expression: "object.nope == 1" }] },
      [],
    ],
    [
      "passes over kinds that are not served",
      { apiGroups: ["x.com"], resources: ["y"] },
      { validations: [{ expression: "object.nope == 1" }] },
      [],
    ],
    [
      "knows custom kinds and parameters",
      { apiGroups: ["example.com"], resources: ["boats"] },
      {
        paramKind: { apiVersion: "v1", kind: "ConfigMap" },
        validations: [
          { expression: "object.spec.length > 1 && object.spec.sail == 1" },
          { expression: "params.nope == 1" },
        ],
      },
      [
        ["spec.validations[0].expression", "example.com/v1, Kind=Boat: ERROR: <input>:1:38: undefined field 'sail'"],
        ["spec.validations[1].expression", "example.com/v1, Kind=Boat: ERROR: <input>:1:7: undefined field 'nope'"],
      ],
    ],
  ];
  it.each(cases)("%s", async (_, rule, spec, warnings) => {
    const { typeChecking } = await statusOf(rule, spec);
    const found = (typeChecking.expressionWarnings ?? []).map(({ fieldRef, warning }: Draft) => [
      fieldRef,
      warning.split("\n")[0],
    ]);
    expect(found).toEqual(warnings);
  });

  it("follows a change", async () => {
    await statusOf(DEPLOYMENTS, { validations: [{ expression: "object.nope == 1" }] });
    await plane.mergePatch(VALIDATING_ADMISSION_POLICIES, "p", { spec: { validations: [{ expression: "true" }] } });
    expect(await observed(2)).toEqual({ observedGeneration: 2 });
  });
});
