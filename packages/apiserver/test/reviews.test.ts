import { describe, expect, it } from "vitest";
import { startBuiltIn } from "./built-in.ts";

const PATH = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
const requirements = [{ key: "a", operator: "In", values: ["b"] }];

describe("a SubjectAccessReview", () => {
  it.each([
    [{ labelSelector: { rawSelector: "a=b" } }, []],
    [{ labelSelector: { requirements } }, []],
    [{ labelSelector: { rawSelector: "a=b", requirements } }, ["spec.resourceAttributes.labelSelector.rawSelector"]],
    [{ fieldSelector: { rawSelector: "a=b", requirements } }, ["spec.resourceAttributes.fieldSelector.rawSelector"]],
  ])("gives a selector in one way: %j", async (selectors, refused) => {
    const { call } = await startBuiltIn();
    const resourceAttributes = { verb: "list", resource: "pods", ...selectors };
    const { body } = await call("POST", PATH, { spec: { user: "u", resourceAttributes } });
    const causes: readonly { field: string }[] = body.details?.causes ?? [];
    expect(causes.map(({ field }) => field)).toEqual(refused);
  });
});

it.each([
  ["as=Table;v=v1;g=meta.k8s.io", 406],
  ["as=Table;v=v1;g=meta.k8s.io,application/json", 201],
])("a review has no table: %s", async (parameters, status) => {
  const { call } = await startBuiltIn();
  const body = { spec: { user: "u", resourceAttributes: { verb: "list", resource: "pods" } } };
  expect((await call("POST", PATH, body, { accept: `application/json;${parameters}` })).status).toBe(status);
});
