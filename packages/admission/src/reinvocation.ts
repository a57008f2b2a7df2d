import type { AdmissionRequest } from "./contract.ts";

/**
 * What the plugins that call others tell each other about a second round of mutation: it runs once, when one of them has
 * changed the object (apiserver/pkg/admission/reinvocation.go).
 */
interface Reinvocation {
  /** Whether this is the second round. */
  readonly again: boolean;
  /** Asks for a second round. */
  demand(): void;
  /** What a plugin remembers between the rounds. */
  memory<T>(plugin: string, make: () => T): T;
}

class Rounds implements Reinvocation {
  again = false;
  required = false;
  readonly #memories = new Map<string, unknown>();

  demand(): void {
    this.required = true;
  }

  memory<T>(plugin: string, make: () => T): T {
    if (!this.#memories.has(plugin)) this.#memories.set(plugin, make());
    return this.#memories.get(plugin) as T;
  }
}

const rounds = new WeakMap<AdmissionRequest, Rounds>();

/** The reinvocation of a request that is being mutated. */
export function reinvocationOf(request: AdmissionRequest): Reinvocation {
  let known = rounds.get(request);
  if (known === undefined) {
    known = new Rounds();
    rounds.set(request, known);
  }
  return known;
}

/** Runs one round, and another when a plugin asked for it. */
export async function runRounds(request: AdmissionRequest, round: () => Promise<void>): Promise<void> {
  await round();
  const asked = rounds.get(request);
  if (!asked?.required) return;
  asked.again = true;
  await round();
}

/** Which reinvocable callees of a plugin have been called, and which are due again. */
export class ReinvocableCallees {
  readonly #called = new Set<string>();
  readonly #due = new Set<string>();
  /** The object as the plugin left it, as text. */
  output: string | undefined;

  isDue(callee: string): boolean {
    return this.#due.has(callee);
  }

  /** Something changed the object: all that were called before are due. */
  requireAll(): void {
    for (const callee of this.#called) this.#due.add(callee);
    this.#called.clear();
  }

  called(callee: string): void {
    this.#called.add(callee);
  }
}
