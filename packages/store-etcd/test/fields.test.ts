import { expect, it } from "vitest";
import { bytes, flag, identifier, integer, message, nested, repeated, text } from "../src/protocol/field.ts";
import { modRevisionIs, txnRequest, watchResponse } from "../src/protocol/messages.ts";

interface Inner {
  readonly name: string;
}
interface Outer {
  readonly id: bigint;
  readonly size: number;
  readonly on: boolean;
  readonly raw: Uint8Array;
  readonly inner: Inner | undefined;
  readonly many: readonly Inner[];
}

const inner = message<Inner>({ name: text(1) });
const outer = message<Outer>({
  id: identifier(1),
  size: integer(2),
  on: flag(3),
  raw: bytes(4),
  inner: nested(5, inner),
  many: repeated(6, inner),
});

it("gives back what was written, 64-bit numbers and empty messages included", () => {
  const value: Outer = {
    id: 0x7fffffffffffffffn,
    size: Number.MAX_SAFE_INTEGER,
    on: true,
    raw: Uint8Array.of(0, 255),
    inner: { name: "" },
    many: [{ name: "ä" }, { name: "b" }],
  };
  expect(outer.decode(outer.encode(value))).toEqual(value);
});

it("has a value for every field that is absent", () => {
  expect(outer.decode(new Uint8Array())).toEqual({
    id: 0n,
    size: 0,
    on: false,
    raw: new Uint8Array(),
    inner: undefined,
    many: [],
  });
});

it("skips fields that it does not know", () => {
  // field 30, length-delimited
  expect(inner.decode(Uint8Array.of(0x0a, 1, 0x61, 0xf2, 0x01, 1, 0x62))).toEqual({ name: "a" });
});

it("writes the field numbers of etcd", () => {
  const key = Uint8Array.of(0x61);
  // compare{target: MOD, key: "a", mod_revision: 5}, success{request_delete_range{key: "a"}}
  expect([
    ...txnRequest.encode({ compare: [modRevisionIs(key, 5)], success: [{ deleteRange: { key } }], failure: [] }),
  ]).toEqual([0x0a, 7, 0x10, 2, 0x1a, 1, 0x61, 0x30, 5, 0x12, 5, 0x1a, 3, 0x0a, 1, 0x61]);
  // header{revision: 7}, canceled, compact_revision: 9
  expect(watchResponse.decode(Uint8Array.of(0x0a, 2, 0x18, 7, 0x20, 1, 0x28, 9))).toMatchObject({
    header: { revision: 7 },
    canceled: true,
    compactRevision: 9,
  });
});
