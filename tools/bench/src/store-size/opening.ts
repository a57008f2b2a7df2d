/** Opens a store with what is in it, in a process of its own; prints the number of objects when they can be read. */
import { createRealClock } from "@pinnace/clock";
import { openLogStore } from "@pinnace/store-log";

const [, , directory = ""] = process.argv;
const store = await openLogStore({ directory, clock: createRealClock() });
const { remaining, entries } = await store.list("", { limit: 1 });
console.log(entries.length + remaining);
process.stdin.once("end", () => store.close());
process.stdin.resume();
