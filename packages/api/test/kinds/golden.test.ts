import { describe, expect, it } from "vitest";
import { goldenFiles, type Verdict, walk } from "./golden-walk.ts";

/** Recorded creates that may disagree: what the server, admission or the decoder decides. */
const KNOWN: readonly RegExp[] = [];

/** How many recorded creates agree at least. Raise it when more do. */
const FLOOR = 400;

describe("built-in kinds against recorded answers of Kubernetes 1.36", () => {
  const files = goldenFiles();
  it.skipIf(files.length === 0)("agrees with the recorded creates", () => {
    const verdicts = files.flatMap(walk);
    const disagreeing = verdicts.filter(
      (each: Verdict) => !each.agrees && !KNOWN.some((known) => known.test(each.name)),
    );
    console.log(`${verdicts.length - disagreeing.length} of ${verdicts.length} recorded creates agree`);
    for (const each of disagreeing) console.log(`${each.name} (${each.kind}): ${each.difference}`);
    expect(verdicts.length - disagreeing.length).toBeGreaterThanOrEqual(FLOOR);
  });
});
