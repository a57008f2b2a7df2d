import { describe, expect, it } from "vitest";
import { apiFeatures, featurePlugins, parseFeatureGates } from "../src/up/feature-gates.ts";

describe("--feature-gates", () => {
  it.each([
    { text: "", api: false, plugins: [] },
    { text: "GenericWorkload=true", api: true, plugins: [] },
    { text: "GangScheduling=1, GenericWorkload=T", api: true, plugins: ["GangScheduling"] },
    { text: "GenericWorkload=true,GenericWorkload=false", api: false, plugins: [] },
  ])("takes $text", ({ text, api, plugins }) => {
    const features = parseFeatureGates(text);
    expect(apiFeatures(features)).toEqual({ GenericWorkload: api });
    expect(featurePlugins(features)).toEqual(plugins);
  });

  it.each([
    { text: "Magic=true", says: "unrecognized feature gate: Magic" },
    { text: "GenericWorkload", says: "missing bool value for GenericWorkload" },
    { text: "GenericWorkload=yes", says: "invalid value of GenericWorkload=yes" },
    {
      text: "GangScheduling=true",
      says: "GangScheduling is enabled, but depends on features that are disabled: [GenericWorkload]",
    },
  ])("refuses $text", ({ text, says }) => {
    expect(() => parseFeatureGates(text)).toThrow(says);
  });
});
