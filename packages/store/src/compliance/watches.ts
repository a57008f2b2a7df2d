import { apply, equal, put, refused, remove, text } from "./assert.ts";
import type { StoreCase } from "./case.ts";
import { inShort, watching } from "./watching.ts";

/** Store.watch. */
export const watches: readonly StoreCase[] = [
  {
    name: "delivers puts and deletions with what was there before",
    async run(store) {
      const watch = watching(store, "");
      await put(store, "/a", "one");
      await put(store, "/a", "two");
      await remove(store, "/a");
      await put(store, "/a", "three");
      equal(
        await watch.first(4),
        ["2 put /a=one", "3 put /a=two (was one@2)", "4 delete /a (was two@3)", "5 put /a=three"],
        "events",
      );
    },
  },
  {
    name: "delivers only what has the prefix",
    async run(store) {
      const watch = watching(store, "/a/");
      for (const key of ["/a", "/a/1", "/ab", "/b/a/", "/a/2"]) await put(store, key, "x");
      equal(await watch.first(2), ["3 put /a/1=x", "6 put /a/2=x"], "events");
    },
  },
  {
    name: "delivers the events of one commit together, in its order and with its revision",
    async run(store) {
      await put(store, "/old", "x");
      const watch = watching(store, "");
      await apply(
        store,
        { type: "put", key: "/z", value: text("1") },
        { type: "delete", key: "/old" },
        { type: "put", key: "/a", value: text("2") },
      );
      await put(store, "/b", "3");
      equal(await watch.first(4), ["3 put /z=1", "3 delete /old (was x@2)", "3 put /a=2", "4 put /b=3"], "events");
    },
  },
  {
    name: "delivers nothing for commits that fail or change nothing",
    async run(store) {
      const watch = watching(store, "");
      await store.commit({
        when: [{ key: "/a", modRevision: 9 }],
        then: [{ type: "put", key: "/a", value: text("x") }],
      });
      await remove(store, "/missing");
      await put(store, "/mark", "x");
      equal(await watch.first(1), ["2 put /mark=x"], "events");
    },
  },
  {
    name: "starts with what comes after the subscription when no revision is given",
    async run(store) {
      await put(store, "/before", "x");
      const observable = store.watch("");
      await put(store, "/between", "x");
      const late = watching({ watch: () => observable }, "");
      const watch = watching(store, "");
      await put(store, "/after", "x");
      equal(await watch.first(1), ["4 put /after=x"], "events");
      equal(await late.first(1), ["4 put /after=x"], "events of the one that subscribed late");
    },
  },
  {
    name: "delivers the history after a revision, then what follows, without gap or repetition",
    async run(store) {
      for (let index = 2; index <= 6; index++) await put(store, `/k${index}`, "x");
      const watch = watching(store, "", { from: 3 });
      const whole = watching(store, "", { from: 1 });
      const zero = watching(store, "", { from: 0 });
      await put(store, "/k7", "x");
      equal(await watch.first(4), ["4 put /k4=x", "5 put /k5=x", "6 put /k6=x", "7 put /k7=x"], "from 3");
      equal((await whole.first(6))[0], "2 put /k2=x", "from 1");
      equal((await zero.first(6))[5], "7 put /k7=x", "from 0");
      equal([whole.events.length, zero.events.length], [6, 6], "counts");
    },
  },
  {
    name: "waits for a revision that is still to come and delivers nothing older",
    async run(store) {
      const watch = watching(store, "", { from: 4 });
      for (let index = 2; index <= 5; index++) await put(store, `/k${index}`, "x");
      equal(await watch.first(1), ["5 put /k5=x"], "events");
    },
  },
  {
    name: "delivers everything to everybody while writers are at work",
    async run(store) {
      const late: Promise<string[]>[] = [];
      const early = watching(store, "/k", undefined, (event) => {
        if (event.revision % 10 === 0)
          late.push(watching(store, "/k", { from: event.revision }).first(61 - event.revision));
      });
      await Promise.all(Array.from({ length: 60 }, (_, index) => put(store, `/k${index}`, "x")));
      await early.first(60);
      equal(
        early.events.map((event) => event.revision),
        Array.from({ length: 60 }, (_, index) => index + 2),
        "revisions",
      );
      const all = early.events.map(inShort);
      for (const [index, events] of (await Promise.all(late)).entries())
        equal(events, all.slice((index + 1) * 10 - 1), `watch from ${(index + 1) * 10}`);
    },
  },
  {
    name: "keeps the order for all when a subscriber writes while it handles an event",
    async run(store) {
      const replies: Promise<unknown>[] = [];
      const first = watching(store, "", undefined, (event) => {
        if (event.type === "put" && event.entry.key === "/ask") replies.push(put(store, "/reply", `${event.revision}`));
      });
      const second = watching(store, "");
      await put(store, "/ask", "1");
      await first.first(2);
      await put(store, "/ask", "2");
      await first.first(4);
      await Promise.all(replies);
      const expected = ["2 put /ask=1", "3 put /reply=2", "4 put /ask=2 (was 1@2)", "5 put /reply=4 (was 2@3)"];
      equal(await first.first(4), expected, "the one who writes");
      equal(await second.first(4), expected, "the other one");
    },
  },
  {
    name: "delivers nothing after a subscriber has left, also not within one commit",
    async run(store) {
      const left = watching(store, "", undefined, () => left.stop());
      const other = watching(store, "");
      await apply(store, { type: "put", key: "/a", value: text("1") }, { type: "put", key: "/b", value: text("2") });
      await put(store, "/c", "3");
      await Promise.all([left.first(1), other.first(3)]);
      equal(left.events.map(inShort), ["2 put /a=1"], "events");
    },
  },
  {
    name: "reads in a handler at least what the event tells of",
    async run(store) {
      const reads: Promise<boolean>[] = [];
      const watch = watching(store, "", undefined, (event) => {
        reads.push(store.revision().then((revision) => revision >= event.revision));
        reads.push(store.read("/a").then((entry) => (entry?.modRevision ?? 0) >= event.revision));
      });
      for (let index = 0; index < 5; index++) await put(store, "/a", `${index}`);
      await watch.first(5);
      equal((await Promise.all(reads)).every(Boolean), true, "reads are up to date");
    },
  },
  {
    name: "ends a malformed watch with INVALID",
    async run(store) {
      equal(await watching(store, "", { from: -1 }).ended(), "INVALID", "from -1");
      equal(await watching(store, "", { from: 1.5 }).ended(), "INVALID", "from 1.5");
      await refused(store.list("\ud800"), "INVALID", "prefix that is no text");
    },
  },
  {
    name: "serves each subscription of a watch for itself",
    async run(store) {
      await put(store, "/a", "1");
      const observable = store.watch("", { from: 1 });
      const one = watching({ watch: () => observable }, "");
      await one.first(1);
      one.stop();
      await put(store, "/a", "2");
      const two = watching({ watch: () => observable }, "");
      await two.first(2);
      await put(store, "/a", "3");
      const all = ["2 put /a=1", "3 put /a=2 (was 1@2)", "4 put /a=3 (was 2@3)"];
      equal(await two.first(3), all, "the one that came");
      await watching(store, "", { from: 1 }).first(3);
      equal(one.events.map(inShort), ["2 put /a=1"], "the one that left");
    },
  },
];
