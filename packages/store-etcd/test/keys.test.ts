import { expect, it } from "vitest";
import { Keys, later, successor } from "../src/keys.ts";

const text = (key: Uint8Array): string => Buffer.from(key).toString("latin1");
const keys = new Keys("/pinnace");

it("puts keys below the prefix and a slash, and finds them again", () => {
  expect(text(keys.encode("/registry/pods/a"))).toBe("/pinnace//registry/pods/a");
  expect(text(new Keys("/pinnace//").encode("a"))).toBe("/pinnace/a");
  expect(text(new Keys("").encode("/registry/pods/a"))).toBe("//registry/pods/a");
  for (const key of ["a", "/é\u{1f600}", "\0"]) expect(keys.decode(keys.encode(key))).toBe(key);
});

it("lists what has a prefix, and never another store's", () => {
  const inRange = (key: string, { key: from, rangeEnd }: { key: Uint8Array; rangeEnd: Uint8Array }): boolean =>
    Buffer.compare(Buffer.from(key), from) >= 0 && Buffer.compare(Buffer.from(key), rangeEnd) < 0;
  expect(inRange("/pinnace//a/b", keys.range("/a"))).toBe(true);
  expect(inRange("/pinnace//b", keys.range("/a"))).toBe(false);
  expect(inRange("/pinnace/\u{10ffff}", keys.range(""))).toBe(true);
  for (const other of ["/pinnace-2/a", "/pinnace0", "/pinnace", "/other"]) {
    expect(inRange(other, keys.range(""))).toBe(false);
    expect(inRange(other, keys.everything())).toBe(false);
  }
});

it("has a barrier that is after all keys, in the range of all but in no list", () => {
  const { rangeEnd } = keys.range("");
  expect(Buffer.compare(keys.barrier, keys.encode("\u{10ffff}"))).toBe(1);
  expect(Buffer.compare(keys.barrier, rangeEnd)).toBe(0);
  expect(Buffer.compare(keys.barrier, keys.everything().rangeEnd)).toBe(-1);
  expect(keys.decode(keys.barrier)).toBeUndefined();
});

it("goes on after a key", () => {
  const [a, b] = [keys.encode("a"), keys.encode("b")];
  expect(Buffer.compare(successor(a), a)).toBe(1);
  expect(later(a, b)).toBe(b);
  expect(later(b, a)).toBe(b);
});
