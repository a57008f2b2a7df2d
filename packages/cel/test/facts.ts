import { readFileSync } from "node:fs";
import type { Json, Schema } from "@pinnace/apimachinery";

/** What a Kubernetes 1.36.3 API server's CEL environment said of an expression. */
export interface Fact {
  readonly expr: string;
  readonly issues?: string;
  readonly type?: string;
  /** The estimated cost at least and at most. */
  readonly estimate?: readonly [number, number];
  readonly programError?: string;
  readonly cost?: number;
  readonly error?: string;
  /** As {@link shown} writes it. */
  readonly value?: string;
}

/** Facts that share their data: variables without a schema, and `self` and `oldSelf` with one. */
export interface FactGroup {
  readonly data?: { readonly [variable: string]: Json };
  readonly schema?: Schema;
  readonly value?: Json;
  readonly facts: readonly Fact[];
}

export function readFacts<T = readonly FactGroup[]>(name: string): T {
  return JSON.parse(readFileSync(new URL(`facts/${name}.json`, import.meta.url), "utf8")) as T;
}
