import { fieldPath } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { webhookUrl } from "../../src/kinds/admissionregistration/webhook-client.ts";
import { structuralErrors } from "../../src/kinds/apiextensions/structural.ts";
import { cronProblem } from "../../src/kinds/batch/cron-schedule.ts";
import { shortAccessModes } from "../../src/kinds/core/access-modes.ts";
import { claimChangeErrors } from "../../src/kinds/core/persistent-volume-claim-update.ts";
import { defaultPullPolicy, imageTag } from "../../src/kinds/core/pod/image.ts";
import { qualityOfService } from "../../src/kinds/core/pod/quality-of-service.ts";
import { check } from "../../src/kinds/rules/rule.ts";

describe("images", () => {
  it.each([
    ["nginx", "latest", "Always"],
    ["nginx:1.29", "1.29", "IfNotPresent"],
    ["example.com:5000/a", "latest", "Always"],
    ["example.com:5000/a:latest", "latest", "Always"],
  ])("%s", (image, tag, policy) => {
    expect(imageTag(image)).toBe(tag);
    expect(defaultPullPolicy(image)).toBe(policy);
  });
});

describe("cron schedules", () => {
  it.each(["* * * * *", "*/5 0-3 1,15 * 1-5", "@hourly", "0 0 1 jan sun"])("takes %s", (schedule) => {
    expect(cronProblem(schedule)).toBeUndefined();
  });
  it.each(["", "* * * *", "60 * * * *", "* 24 * * *", "nope"])("refuses '%s'", (schedule) => {
    expect(cronProblem(schedule)).toBeDefined();
  });
});

describe("quality of service", () => {
  const spec = (resources: object): object => ({ containers: [{ name: "c", resources }] });
  it.each([
    [{}, "BestEffort"],
    [{ requests: { cpu: "1" } }, "Burstable"],
    [{ limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1", memory: "1Gi" } }, "Guaranteed"],
    [{ limits: { cpu: "2", memory: "1Gi" }, requests: { cpu: "1", memory: "1Gi" } }, "Burstable"],
  ])("%j is %s", (resources, expected) => {
    expect(qualityOfService(spec(resources))).toBe(expected);
  });
});

describe("webhook URLs", () => {
  it.each([
    ["https://example.com/hook", []],
    ["http://example.com", ["'https' is the only allowed URL scheme; desired format: https://host[/path]"]],
    ["https:///x", ["host must be specified; desired format: https://host[/path]"]],
    [
      "https://u@h/x?a=b#c",
      [
        "user information is not permitted in the URL",
        "fragments are not permitted in the URL",
        "query parameters are not permitted in the URL",
      ],
    ],
  ])("%s", (url, expected) => {
    const messages = check(webhookUrl, url, fieldPath("url")).map(({ message }) => message);
    expect(messages.map((message) => message.replace(/^Invalid value: "[^"]*": /, ""))).toEqual(expected);
  });
});

describe("structural schemas", () => {
  const messages = (schema: object): string[] =>
    structuralErrors(schema, fieldPath("s")).map(({ field, message }) => `${field}: ${message}`);
  it.each([
    [{ type: "object", properties: { a: { type: "string" } } }, []],
    [{ type: "string" }, ['s.type: Invalid value: "string": must be object at the root']],
    [{ type: "object", properties: { a: { "x-kubernetes-int-or-string": true } } }, []],
    [
      { type: "object", properties: { a: {} } },
      ["s.properties[a].type: Required value: must not be empty for specified object fields"],
    ],
    [
      { type: "object", properties: { a: { type: "array", items: {} } } },
      ["s.properties[a].items.type: Required value: must not be empty for specified array items"],
    ],
    [
      { type: "object", additionalProperties: true },
      ["s.additionalProperties: Forbidden: must not be used at the root"],
    ],
    [{ type: "object", anyOf: [{ type: "object" }] }, ["s.anyOf[0].type: Forbidden: must be empty to be structural"]],
  ])("%j", (schema, expected) => {
    expect(messages(schema)).toEqual(expected);
  });
});

describe("changes of claims", () => {
  const claim = (storage: string, rest: object = {}): object => ({
    metadata: {},
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } }, ...rest },
    status: { phase: "Bound", capacity: { storage: "1Gi" } },
  });
  const fieldsOf = (after: object, before: object): string[] =>
    claimChangeErrors(after, before).map(({ field }) => field);
  it.each([
    ["grows when bound", claim("2Gi"), claim("1Gi"), []],
    ["does not shrink below what it has", claim("500Mi"), claim("2Gi"), ["spec.resources.requests.storage"]],
    ["shrinks back to more than it has", claim("2Gi"), claim("3Gi"), []],
    ["is bound once", claim("1Gi", { volumeName: "v" }), claim("1Gi"), []],
    ["keeps its volume", claim("1Gi", { volumeName: "w" }), claim("1Gi", { volumeName: "v" }), ["spec"]],
    ["takes a class when it has none", claim("1Gi", { storageClassName: "c" }), claim("1Gi"), []],
  ])("%s", (_, after, before, expected) => {
    expect(fieldsOf(after, before)).toEqual(expected);
  });
});

it("shortens access modes in a fixed order", () => {
  expect(shortAccessModes(["ReadWriteMany", "ReadOnlyMany", "ReadWriteMany"])).toBe("ROX,RWX");
  expect(shortAccessModes(undefined)).toBe("");
});
