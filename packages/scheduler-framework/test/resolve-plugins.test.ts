import { CodedError } from "@pinnace/errors";
import { describe, expect, it } from "vitest";
import { Profile, type ProfileConfig, pluginNames, type SchedulerPlugin, SUCCESS } from "../src/index.ts";

const instances = new Map<string, SchedulerPlugin>([
  ["Sort", { compare: () => 0 }],
  ["Fit", { filter: () => SUCCESS, score: () => 0 }],
  ["Spread", { filter: () => SUCCESS, score: () => 0 }],
  ["Extra", { score: () => 0 }],
  ["Bind", { bind: async () => SUCCESS }],
]);
const defaults = [{ name: "Sort" }, { name: "Fit", weight: 1 }, { name: "Spread", weight: 2 }, { name: "Bind" }];

const profile = (plugins: ProfileConfig["plugins"] = {}): Profile =>
  new Profile({ config: { schedulerName: "s", plugins }, defaults, instances });

const refusalOf = (plugins: ProfileConfig["plugins"]): string | undefined => {
  try {
    profile(plugins);
    return undefined;
  } catch (error) {
    return error instanceof CodedError ? `${error.code}: ${error.message}` : String(error);
  }
};

const scores = (plugins?: ProfileConfig["plugins"]): (readonly [string, number])[] =>
  profile(plugins).points.score.map(({ name, weight }) => [name, weight] as const);

describe("a profile's plugins", () => {
  it.each([
    {
      what: "the defaults",
      plugins: {},
      expected: [
        ["Fit", 1],
        ["Spread", 2],
      ],
    },
    {
      what: "one more, after the defaults",
      plugins: { multiPoint: { enabled: [{ name: "Extra", weight: 5 }] } },
      expected: [
        ["Fit", 1],
        ["Spread", 2],
        ["Extra", 5],
      ],
    },
    {
      what: "a default with another weight, where it stands",
      plugins: { multiPoint: { enabled: [{ name: "Fit", weight: 9 }] } },
      expected: [
        ["Fit", 9],
        ["Spread", 2],
      ],
    },
    {
      what: "a default disabled at every point",
      plugins: { multiPoint: { disabled: [{ name: "Spread" }] } },
      expected: [["Fit", 1]],
    },
    {
      what: "a default disabled at one point",
      plugins: { score: { disabled: [{ name: "Spread" }] } },
      expected: [["Fit", 1]],
    },
    {
      what: "none but those named",
      plugins: { score: { disabled: [{ name: "*" }], enabled: [{ name: "Extra", weight: 3 }] } },
      expected: [["Extra", 3]],
    },
    {
      what: "those that a point names again, first and in its order",
      plugins: {
        multiPoint: { enabled: [{ name: "Extra", weight: 5 }] },
        score: { enabled: [{ name: "Extra", weight: 4 }, { name: "Spread" }] },
      },
      expected: [
        ["Extra", 4],
        ["Spread", 1],
        ["Fit", 1],
      ],
    },
    {
      what: "those of a point alone, last",
      plugins: { score: { enabled: [{ name: "Extra", weight: 0 }] } },
      expected: [
        ["Fit", 1],
        ["Spread", 2],
        ["Extra", 1],
      ],
    },
  ])("are $what", ({ plugins, expected }) => expect(scores(plugins)).toEqual(expected));

  it("stay at the other points when one point disables them", () => {
    const { points } = profile({ score: { disabled: [{ name: "Spread" }] } });
    expect(points.filter.map(({ name }) => name)).toEqual(["Fit", "Spread"]);
  });

  // The texts are kube-scheduler's.
  it.each([
    {
      what: "no queueSort",
      plugins: { queueSort: { disabled: [{ name: "*" }] } },
      says: 'PROFILE_INVALID: only one queue sort plugin required for profile with scheduler name "s", but got 0',
    },
    {
      what: "no bind",
      plugins: { bind: { disabled: [{ name: "*" }] } },
      says: 'PROFILE_INVALID: at least one bind plugin is needed for profile with scheduler name "s"',
    },
    {
      what: "a plugin at a point that it does not offer",
      plugins: { filter: { enabled: [{ name: "Extra" }] } },
      says: 'PLUGIN_POINT_MISSING: plugin "Extra" does not extend FilterPlugin plugin',
    },
    {
      what: "a plugin twice at a point",
      plugins: { score: { enabled: [{ name: "Fit" }, { name: "Fit" }] } },
      says: 'PROFILE_INVALID: plugin "Fit" already registered as "ScorePlugin"',
    },
    {
      what: "a plugin twice at all points",
      plugins: { multiPoint: { enabled: [{ name: "Extra" }, { name: "Extra" }] } },
      says: 'PROFILE_INVALID: plugin "Extra" already registered as "ScorePlugin"',
    },
    {
      what: "a negative weight",
      plugins: { score: { enabled: [{ name: "Fit", weight: -3 }] } },
      says: "PROFILE_INVALID: score plugins: total score of Score plugins could overflow",
    },
  ])("are refused: $what", ({ plugins, says }) => expect(refusalOf(plugins)).toBe(says));

  it("are named once each", () => {
    const config: ProfileConfig = {
      schedulerName: "s",
      plugins: { score: { enabled: [{ name: "Extra" }, { name: "Fit" }] } },
    };
    expect(pluginNames(config, defaults)).toEqual(["Sort", "Fit", "Spread", "Bind", "Extra"]);
  });
});
