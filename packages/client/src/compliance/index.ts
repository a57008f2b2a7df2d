/**
 * What every {@link Transport} must do, as a list of cases for any test runner. A harness makes a transport that reaches
 * the given handler: directly, or over a server of its own.
 *
 * @packageDocumentation
 */
import type { ApiHandler } from "@pinnace/apimachinery";
import type { Transport } from "../transport.ts";
import { requestCases } from "./request-cases.ts";
import { watchCases } from "./watch-cases.ts";

/** Connects a transport to a handler; `dispose` releases whatever stands between. */
export interface TransportHarness {
  connect(handler: ApiHandler): Promise<{ readonly transport: Transport; dispose(): Promise<void> }>;
}

/** One behaviour. `run` rejects with an `Error` that says what was expected. */
export interface TransportCase {
  readonly name: string;
  run(harness: TransportHarness): Promise<void>;
}

/** The suite. */
export const transportCompliance: readonly TransportCase[] = [...requestCases, ...watchCases];
