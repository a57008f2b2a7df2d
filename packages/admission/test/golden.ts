import { existsSync, readFileSync } from "node:fs";

/** A recorded case of a real API server. */
export interface GoldenCase {
  readonly name: string;
  readonly steps: readonly GoldenStep[];
}

export interface GoldenStep {
  readonly method?: string;
  readonly path?: string;
  // biome-ignore lint/suspicious/noExplicitAny: recorded JSON of any kind
  readonly body?: any;
  // biome-ignore lint/suspicious/noExplicitAny: recorded JSON of any kind
  readonly expect: any;
}

/** The cases of a file of recorded answers, when the recordings are beside the repository; undefined otherwise. */
export function goldenCases(file: string): readonly GoldenCase[] | undefined {
  const url = new URL(`../../../../shared/golden/cases/policy/${file}.json`, import.meta.url);
  return existsSync(url) ? JSON.parse(readFileSync(url, "utf8")).cases : undefined;
}
