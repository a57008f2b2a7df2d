import { createRealClock } from "@pinnace/clock";
import type { Store } from "@pinnace/store";
import { openEtcdStore } from "@pinnace/store-etcd";
import { ABSENCE, Members, pause } from "./etcd-members.ts";
import type { Random } from "./random.ts";
import type { Subject } from "./run.ts";
import { Wire } from "./wire.ts";

interface EtcdSubjectOptions {
  readonly directory: string;
  /** Path of the program, or its name on PATH. */
  readonly program: string;
}

/**
 * Three members of an etcd on loopback, one of which at a time is killed or stands still, or requests or answers of all are
 * lost. Rejects with `NO_ETCD`.
 */
export async function startEtcdSubject({ directory, program }: EtcdSubjectOptions): Promise<Subject> {
  const members = await Members.start(program, directory);
  const wires = members.endpoints.map((url) => new Wire(url));
  try {
    const endpoints = await Promise.all(wires.map((wire) => wire.open()));
    const store = await openEtcdStore({ endpoints, clock: createRealClock(), requestTimeout: 20_000 });
    await store.revision();
    return new EtcdSubject(members, wires, store);
  } catch (cause) {
    await Promise.all(wires.map((wire) => wire.close()));
    await members.stop();
    throw members.explain(cause);
  }
}

class EtcdSubject implements Subject {
  readonly store: Store;
  /** What is only `UNAVAILABLE` did not happen. */
  readonly doubtful: readonly string[] = ["OUTCOME_UNKNOWN"];
  readonly #members: Members;
  readonly #wires: readonly Wire[];

  constructor(members: Members, wires: readonly Wire[], store: Store) {
    this.#members = members;
    this.#wires = wires;
    this.store = store;
  }

  async disturb(random: Random): Promise<string> {
    if (random.chance(0.5)) return this.#members.disturb(random);
    const what = random.pick(["requests", "answers"] as const);
    // Of all members, for the client uses one as long as it answers.
    for (const wire of this.#wires) wire.lose(what);
    await pause(random.below(ABSENCE / 4));
    for (const wire of this.#wires) wire.cut();
    return `loss of ${what}`;
  }

  async settle(): Promise<void> {
    await this.store.revision();
  }

  async stop(): Promise<void> {
    await this.store.close();
    await Promise.all(this.#wires.map((wire) => wire.close()));
    await this.#members.stop();
  }
}
