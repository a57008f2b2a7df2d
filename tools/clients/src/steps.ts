/** What is done through every client, in this order. */
export const STEPS = [
  "discover",
  "create",
  "apply, client side",
  "apply, server side",
  "get",
  "list by selectors",
  "list by pages",
  "watch",
  "patch, JSON",
  "patch, merge",
  "patch, strategic",
  "scale",
  "logs",
  "exec",
  "port-forward",
  "delete with propagation",
  "not found",
  "conflict",
  "token request",
  "denied",
] as const;

export type CommonStep = (typeof STEPS)[number];

/** How a step ended. */
export type Outcome =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "not run"; readonly why: string };

/** Hears of each step as it ends. */
export interface Recorder {
  /** Runs a step; a rejection is a failure that does not stop the others. Resolves to whether it passed. */
  step(name: string, run: () => Promise<void>): Promise<boolean>;
  record(name: string, outcome: Outcome): void;
}

export type Outcomes = ReadonlyMap<string, Outcome>;

/** Collects outcomes by step. A step that is recorded twice keeps its first failure. */
export function createRecorder(heard: (name: string, outcome: Outcome) => void): Recorder & { outcomes: Outcomes } {
  const outcomes = new Map<string, Outcome>();
  const record = (name: string, outcome: Outcome): void => {
    if (outcomes.get(name)?.kind !== "failed") outcomes.set(name, outcome);
    heard(name, outcome);
  };
  return {
    outcomes,
    record,
    async step(name, run) {
      try {
        await run();
        record(name, { kind: "passed" });
        return true;
      } catch (error) {
        record(name, { kind: "failed", why: error instanceof Error ? error.message : String(error) });
        return false;
      }
    },
  };
}
