import { JSON_OUTPUT } from "./media/negotiation.ts";
import { objectResponse } from "./media/responses.ts";
import type { PathHandler } from "./paths.ts";

export const DEFAULT_GIT_VERSION = "v1.36.3+pinnace.0";

/** `/version`: what `kubectl version` prints and takes the skew from. JSON only. */
export function versionHandler(gitVersion: string): PathHandler {
  const info = Object.freeze({
    major: "1",
    minor: "36",
    emulationMajor: "1",
    emulationMinor: "36",
    minCompatibilityMajor: "1",
    minCompatibilityMinor: "35",
    gitVersion,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "2026-01-01T00:00:00Z",
    goVersion: "go1.26",
    compiler: "gc",
    platform: "linux/amd64",
  });
  return () => objectResponse(200, info, JSON_OUTPUT);
}
