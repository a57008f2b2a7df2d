import { expect, it } from "vitest";
import { lacksPrevious } from "../src/store/entries.ts";

const kv = (createRevision: number, modRevision: number) =>
  ({ key: new Uint8Array(), value: new Uint8Array(), createRevision, modRevision, version: 1, lease: 0 }) as never;
const [PUT, DELETE] = [0, 1];

it.each([
  ["a creation", { type: PUT, kv: kv(5, 5), prevKv: undefined }, false],
  ["an update with what was before", { type: PUT, kv: kv(3, 5), prevKv: kv(3, 3) }, false],
  ["an update whose past was compacted", { type: PUT, kv: kv(3, 5), prevKv: undefined }, true],
  ["a deletion with what was before", { type: DELETE, kv: kv(0, 5), prevKv: kv(3, 3) }, false],
  ["a deletion whose past was compacted", { type: DELETE, kv: kv(0, 5), prevKv: undefined }, true],
  ["nothing", { type: PUT, kv: undefined, prevKv: undefined }, false],
])("%s", (_, event, expected) => {
  expect(lacksPrevious(event)).toBe(expected);
});
