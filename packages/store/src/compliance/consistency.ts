import type { Entry, Store } from "../store.ts";
import { apply, brief, equal, put, remove, text, textOf } from "./assert.ts";
import type { StoreCase } from "./case.ts";
import { watching } from "./watching.ts";

const ROUNDS = 40;

/** Writes both keys of a pair in one commit, round after round, and observes before, during and after each. */
async function whileWriting(store: Store, observe: () => Promise<void>): Promise<void> {
  for (let round = 1; round <= ROUNDS; round++) {
    const value = text(`${round}`);
    const observing = observe();
    const writing = apply(store, { type: "put", key: "/pair/left", value }, { type: "put", key: "/pair/right", value });
    // Not until it is done: readers that never wait would keep an engine from its work.
    await Promise.all([writing, observing.then(observe)]);
    await observe();
  }
}

/** What readers see together: reads, lists, watches and their revisions. */
export const consistency: readonly StoreCase[] = [
  {
    name: "never shows half of a commit",
    async run(store) {
      await whileWriting(store, async () => {
        const { entries } = await store.list("/pair/");
        equal([...new Set(entries.map(textOf))].length <= 1, true, `both keys of ${entries.map(textOf)}`);
        equal(entries.length === 0 || entries.length === 2, true, "both keys or none");
      });
    },
  },
  {
    name: "never goes back in time for one reader, whatever it asks",
    async run(store) {
      let newest = 1;
      const notBefore = (revision: number, what: string): void => {
        if (revision < newest) throw new Error(`${what}: revision ${revision} after ${newest}`);
        newest = revision;
      };
      await whileWriting(store, async () => {
        notBefore((await store.list("/pair/")).revision, "list");
        notBefore((await store.read("/pair/left"))?.modRevision ?? 1, "read");
        notBefore(await store.revision(), "revision");
        const failed = await store.commit({ when: [{ key: "/pair/left", modRevision: 1_000_000 }], then: [] });
        notBefore(failed.revision, "refused commit");
      });
    },
  },
  {
    name: "gives by list and watch together what a later list gives",
    async run(store) {
      for (let index = 0; index < 10; index++) await put(store, `/k/${index}`, "before");
      const page = await store.list("/k/");
      const mirror = new Map<string, Entry>(page.entries.map((entry) => [entry.key, entry]));
      const writes = Array.from({ length: 60 }, (_, step) =>
        step % 3 === 0 ? remove(store, `/k/${step % 10}`) : put(store, `/k/${step % 7}`, `${step}`),
      );
      const watch = watching(store, "/k/", { from: page.revision }, (event) => {
        if (event.type === "put") mirror.set(event.entry.key, event.entry);
        else mirror.delete(event.key);
      });
      await Promise.all(writes);
      const last = await put(store, "/k/mark", "last");
      await watch.until((events) => events.at(-1)?.revision === last);
      const { entries } = await store.list("/k/");
      equal(
        [...mirror.values()].map(brief).toSorted((a, b) => (`${a?.[0]}` < `${b?.[0]}` ? -1 : 1)),
        entries.map(brief),
        "mirror",
      );
    },
  },
  {
    name: "lists at the revision of each event exactly what the events up to it have made",
    async run(store) {
      const watch = watching(store, "/k/");
      for (let step = 0; step < 12; step++) {
        await put(store, `/k/${step % 4}`, `${step}`);
        if (step % 4 === 3) await remove(store, `/k/${(step + 1) % 4}`);
      }
      await watch.first(15);
      const mirror = new Map<string, string | undefined>();
      for (const event of watch.events) {
        if (event.type === "put") mirror.set(event.entry.key, textOf(event.entry));
        else mirror.delete(event.key);
        const { entries } = await store.list("/k/", { revision: event.revision });
        equal(
          entries.map((entry) => [entry.key, textOf(entry)]),
          [...mirror].toSorted(([a], [b]) => (a < b ? -1 : 1)),
          `revision ${event.revision}`,
        );
      }
    },
  },
  {
    name: "resumes a watch from any event's revision with exactly the rest",
    async run(store) {
      const whole = watching(store, "");
      for (let step = 0; step < 10; step++) {
        const value = text(`${step}`);
        await apply(store, { type: "put", key: "/a", value }, { type: "put", key: `/b${step % 3}`, value });
      }
      const all = await whole.first(20);
      for (const [index, { revision }] of whole.events.entries()) {
        const rest = all.slice(index - (index % 2) + 2);
        equal(await watching(store, "", { from: revision }).first(rest.length), rest, `from ${revision}`);
      }
    },
  },
];
