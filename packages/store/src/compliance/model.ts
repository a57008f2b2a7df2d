import { createRandom } from "@pinnace/clock";
import type { Entry, Mutation, Store } from "../store.ts";
import { brief, equal, text } from "./assert.ts";
import type { StoreCase } from "./case.ts";
import { inShort, watching } from "./watching.ts";

const STEPS = 400;
const KEYS = 25;

/** The store as a sentence of the contract would have it: a map and a revision. */
class Model {
  readonly entries = new Map<string, Entry>();
  readonly log: string[] = [];
  revision = 1;

  commit(when: ReadonlyMap<string, number>, then: readonly Mutation[]): boolean {
    for (const [key, modRevision] of when) if ((this.entries.get(key)?.modRevision ?? 0) !== modRevision) return false;
    const changes = then.filter(({ type, key }) => type === "put" || this.entries.has(key));
    if (changes.length > 0) this.revision++;
    for (const mutation of changes) this.#change(mutation);
    return true;
  }

  #change(mutation: Mutation): void {
    const { key } = mutation;
    const previous = this.entries.get(key);
    const { revision } = this;
    if (mutation.type === "delete") {
      this.entries.delete(key);
      this.log.push(inShort({ type: "delete", key, previous, revision }));
      return;
    }
    const entry = {
      key,
      value: mutation.value,
      createRevision: previous?.createRevision ?? revision,
      modRevision: revision,
    };
    this.entries.set(key, entry);
    this.log.push(inShort({ type: "put", entry, previous, revision }));
  }
}

/** A random walk that store and model take together. */
async function walk(store: Store, model: Model, random: () => number): Promise<void> {
  const pick = (): string => `/k/${Math.floor(random() * KEYS)}`;
  for (let step = 0; step < STEPS; step++) {
    const when = new Map<string, number>();
    while (random() < 0.4) {
      const key = pick();
      when.set(
        key,
        random() < 0.7 ? (model.entries.get(key)?.modRevision ?? 0) : Math.floor(random() * model.revision),
      );
    }
    const then = new Map<string, Mutation>();
    while (random() < 0.7) {
      const key = pick();
      then.set(key, random() < 0.35 ? { type: "delete", key } : { type: "put", key, value: text(`${step}`) });
    }
    const conditions = [...when].map(([key, modRevision]) => ({ key, modRevision }));
    const commit = await store.commit({ when: conditions, then: [...then.values()] });
    equal(
      [commit.succeeded, commit.revision],
      [model.commit(when, [...then.values()]), model.revision],
      `step ${step}`,
    );
    if (!commit.succeeded)
      equal(
        commit.current.map(brief),
        [...when.keys()].map((key) => brief(model.entries.get(key))),
        `current of step ${step}`,
      );
  }
}

/** Long runs against a simple model. */
export const models: readonly StoreCase[] = [1, 2, 3].map((seed) => ({
  name: `behaves like a map with a revision over ${STEPS} random commits (seed ${seed})`,
  async run(store: Store): Promise<void> {
    const model = new Model();
    const watch = watching(store, "/k/");
    await walk(store, model, createRandom(seed));
    const sorted = [...model.entries.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
    equal((await store.list("/k/")).entries.map(brief), sorted.map(brief), "list");
    equal(await watch.first(model.log.length), model.log, "watch");
    equal(await watching(store, "/k/", { from: 1 }).first(model.log.length), model.log, "watch from the beginning");
  },
}));
