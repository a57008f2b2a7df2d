import { createRealClock } from "@pinnace/clock";
import type { Store } from "@pinnace/store";
import { openEtcdStore } from "@pinnace/store-etcd";
import { Members } from "./etcd-members.ts";
import type { Random } from "./random.ts";
import type { Subject } from "./run.ts";

interface EtcdSubjectOptions {
  readonly directory: string;
  /** Path of the program, or its name on PATH. */
  readonly program: string;
}

/** A store on three members of an etcd, which are disturbed. Rejects with `NO_ETCD`. */
export async function startEtcdSubject({ directory, program }: EtcdSubjectOptions): Promise<Subject> {
  const members = await Members.start(program, directory);
  try {
    const { endpoints } = members;
    const store = await openEtcdStore({ endpoints, clock: createRealClock(), requestTimeout: 20_000 });
    await store.revision();
    return new EtcdSubject(members, store);
  } catch (cause) {
    await members.stop();
    throw members.explain(cause);
  }
}

class EtcdSubject implements Subject {
  readonly store: Store;
  /** What is only `UNAVAILABLE` did not happen. */
  readonly doubtful: readonly string[] = ["OUTCOME_UNKNOWN"];
  readonly #members: Members;

  constructor(members: Members, store: Store) {
    this.#members = members;
    this.store = store;
  }

  disturb(random: Random): Promise<string> {
    return this.#members.disturb(random);
  }

  async settle(): Promise<void> {
    await this.store.revision();
  }

  async stop(): Promise<void> {
    await this.store.close();
    await this.#members.stop();
  }
}
