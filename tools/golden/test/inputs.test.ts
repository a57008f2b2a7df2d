import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCases } from "../src/cases.ts";
import { readDifferences } from "../src/differences.ts";
import { findKubectl } from "../src/kubectl.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "golden-test-"));
  mkdirSync(join(folder, "rest"));
  writeFileSync(
    join(folder, "rest/create.json"),
    JSON.stringify({
      cases: [
        { name: "a", steps: [{ method: "GET", path: "/" }] },
        { name: "b", steps: [{ kubectl: ["get", "pods"] }] },
      ],
    }),
  );
  writeFileSync(join(folder, "kubectl"), "#!/bin/sh\n", { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("readCases", () => {
  it("selects by folder, file and case", () => {
    const path = join(folder, "rest/create.json");
    const read = (only: RegExp) => readCases(folder, { only, kubectl: true });
    expect(read(/./)).toEqual({ files: [{ id: "rest/create", path, names: ["a", "b"], whole: true }], leftOut: 0 });
    expect(read(/create\/b$/).files).toEqual([{ id: "rest/create", path, names: ["b"], whole: false }]);
  });

  it("leaves out and counts what runs a kubectl that is not there", () => {
    const { files, leftOut } = readCases(folder, { only: /./, kubectl: false });
    expect(files).toMatchObject([{ names: ["a"], whole: false }]);
    expect(leftOut).toBe(1);
  });

  it("says when nothing matches", () => {
    expect(() => readCases(folder, { only: /nothing/, kubectl: true })).toThrow("no case matches --only nothing");
  });

  it("says when there is no such folder", () => {
    expect(() => readCases(join(folder, "none"), { only: /./, kubectl: true })).toThrow(
      `there is no folder ${folder}/none`,
    );
  });
});

describe("findKubectl", () => {
  it("takes the first on the path", () => {
    expect(findKubectl(`/nonexistent:${folder}`)).toBe(join(folder, "kubectl"));
  });

  it("prefers the recorded version where several stand beside each other", () => {
    writeFileSync(join(folder, "kubectl.1.33"), "#!/bin/sh\n", { mode: 0o755 });
    expect(findKubectl(folder)).toBe(join(folder, "kubectl.1.33"));
    rmSync(join(folder, "kubectl.1.33"));
  });

  it("finds none where there is none", () => {
    expect(findKubectl("/nonexistent")).toBeUndefined();
  });
});

describe("readDifferences", () => {
  it("names a list that is not JSON", () => {
    const path = join(folder, "list.json");
    writeFileSync(path, "{");
    expect(() => readDifferences(path)).toThrow(expect.objectContaining({ code: "LIST_INVALID" }));
    expect(readDifferences(join(folder, "missing.json"))).toEqual({});
  });
});
