import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { benchOptions } from "../src/options.ts";
import { releaseAll, temporaryFolder } from "../src/resources.ts";
import { UsageError } from "../src/usage-error.ts";

afterEach(releaseAll);

const own = {
  seconds: { type: "number", default: 2, smoke: 0.1, help: "" },
  connections: { type: "numbers", default: [1, 32], help: "" },
  real: { type: "flag", help: "" },
} as const;

describe("options", () => {
  it("have defaults", () => {
    const { rounds, smoke, values } = benchOptions(own, []);
    expect({ rounds, smoke, values }).toEqual({
      rounds: 5,
      smoke: false,
      values: { seconds: 2, connections: [1, 32], real: false },
    });
  });

  it("are small for a smoke test, unless they are given", () => {
    const { rounds, values } = benchOptions(own, ["--smoke", "--connections", "4"]);
    expect([rounds, values.seconds, values.connections]).toEqual([1, 0.1, [4]]);
    expect(benchOptions(own, ["--smoke", "--rounds", "2"]).rounds).toBe(2);
  });

  it.each([
    [["--rounds", "0"], '--rounds must be a number above 0, not "0"'],
    [["--rounds", "x"], '--rounds must be a number above 0, not "x"'],
    [["--rounds="], '--rounds must be a number above 0, not ""'],
    [["--rounds", "1.5"], "--rounds must be a whole number from 1, not 1.5"],
    [["--connections", "1,,2"], '--connections must be a number above 0, not ""'],
    [["--wrong"], "Unknown option '--wrong' (--help lists the options)"],
    [["more"], "Unexpected argument 'more' (--help lists the options)"],
    [["--peers", "/nowhere"], "--peers /nowhere is no folder"],
  ])("refuse %j", (args, message) => {
    expect(() => benchOptions(own, args)).toThrow(new UsageError(message));
  });

  it("find a peer in the folder, then on PATH", () => {
    const folder = temporaryFolder("options");
    const path = join(folder, "some-peer");
    writeFileSync(path, "", { mode: 0o755 });
    const { peer } = benchOptions(own, ["--peers", folder]);
    expect([peer("some-peer"), peer("no-such-peer")]).toEqual([path, undefined]);
    expect(peer("sh")).toMatch(/\/sh$/);
  });

  it("name a peer that cannot be executed", () => {
    const folder = temporaryFolder("options");
    const path = join(folder, "some-peer");
    writeFileSync(path, "");
    chmodSync(path, 0o644);
    const { peer } = benchOptions(own, ["--peers", folder]);
    expect(() => peer("some-peer")).toThrow(new UsageError(`${path} is not executable`));
  });
});
