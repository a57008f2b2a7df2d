import { createRealClock } from "@pinnace/clock";
import { BytesValue } from "@pinnace/store";
import { openLogStore } from "../src/index.ts";

/** Writes until it is killed, many writers at once; prints "key revision" for each write that was acknowledged. */
const [directory = ""] = process.argv.slice(2);
const store = await openLogStore({ directory, clock: createRealClock(), checkpointAfter: 64 << 10 });
const first = await store.revision();

async function write(writer: number): Promise<void> {
  for (let count = 0; ; count++) {
    const key = `/w${writer}/${count % 20}`;
    const value = new BytesValue(new TextEncoder().encode(`${key} ${"x".repeat((first + count * 37) % 900)}`));
    const commit = await store.commit({ when: [], then: [{ type: "put", key, value }] });
    process.stdout.write(`${key} ${commit.revision}\n`);
  }
}

process.stdout.write("start\n");
await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
