import { satisfies } from "semver";
import { expect, it } from "vitest";
import { takesVersion } from "../src/api-range.ts";

const VERSIONS = ["0.1.0", "0.2.3", "1.0.0", "1.0.1", "1.2.0", "1.2.3", "1.10.0", "2.0.0", "1.2.3-beta.1", "1.2"];
const RANGES = [
  ...["^0.1.0", "^0.2.3", "^1.0.0", "^1.0.1", "^1.2.3", "^1.2.3-alpha.1", "^1.9.9", "^2.0.0", "^10.0.0"],
  ...["^1", "^1.2", "^01.2.3", "~1.2.0", ">=1.0.0 <2", "1.x", "*", "", " ^1.0.0", "^1.0.0 || ^2.0.0", "latest"],
];

it.each(RANGES)("answers as semver does for the range %j", (range) => {
  for (const version of VERSIONS)
    expect([version, takesVersion(range, version)]).toEqual([version, satisfies(version, range)]);
});
