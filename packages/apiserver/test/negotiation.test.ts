import { describe, expect, it } from "vitest";
import { checkAcceptable, negotiate, negotiateStatus, negotiateWatch } from "../src/media/negotiation.ts";

const none = new URLSearchParams();

describe("the form of an answer", () => {
  it.each([
    [undefined, { mediaType: "application/json" }],
    ["*/*", { mediaType: "application/json" }],
    ["application/yaml", { mediaType: "application/yaml" }],
    ["application/vnd.kubernetes.protobuf,application/json", { mediaType: "application/json" }],
    ["application/json;q=0.1,application/yaml", { mediaType: "application/yaml" }],
    ["application/json;as=Table;v=v1;g=meta.k8s.io,application/json", { as: "Table", metaVersion: "v1" }],
    ["application/json;as=Table;v=v1beta1;g=meta.k8s.io", { as: "Table", metaVersion: "v1beta1" }],
    ["application/json;as=Nope;v=v1;g=meta.k8s.io,application/yaml", { mediaType: "application/yaml" }],
  ])("for %s", (accept, expected) => {
    expect(negotiate(accept, none)).toMatchObject(expected);
  });

  it.each(["image/png", "application/vnd.kubernetes.protobuf", "application/json;as=Nope;v=v1;g=meta.k8s.io"])(
    "refuses %s",
    (accept) => {
      expect(() => negotiate(accept, none)).toThrow("only the following media types are accepted");
    },
  );

  it("never refuses to say what went wrong", () => {
    expect(negotiateStatus("image/png", none).mediaType).toBe("application/json");
    expect(negotiateStatus("application/yaml", none).mediaType).toBe("application/yaml");
    expect(negotiateStatus("application/yaml;as=Table;v=v1;g=meta.k8s.io", none).mediaType).toBe("application/json");
  });

  it("streams no YAML", () => {
    expect(() => negotiateWatch("application/yaml", none)).toThrow("application/json;stream=watch");
  });

  it.each(["application/*", ";;;", "text/plain"])("has no route for %s", (accept) => {
    expect(() => checkAcceptable(accept, false)).toThrow("406: Not Acceptable");
  });

  it.each([
    ["?pretty=true", "", true],
    ["?pretty=false", "curl/8", false],
    ["", "curl/8", true],
    ["", "kubectl/v1.33.0", false],
  ])("indents for %s %s: %s", (query, agent, pretty) => {
    expect(negotiate(undefined, new URLSearchParams(query), agent).pretty).toBe(pretty);
  });
});
