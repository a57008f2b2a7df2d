import type { ObjectBody } from "@pinnace/apimachinery";

/** A list, table or other object whose last member holds many items. */
interface Listing<Item> {
  /** All other members, in order. */
  readonly head: object;
  /** `items`, `rows` */
  readonly member: string;
  readonly items: readonly Item[];
  /** An item as callers in the process get it; asked for lazily. */
  present(item: Item): object;
  /** Writes an item as compact JSON, in one or several pieces. */
  encode(item: Item, write: (text: string) => void): void;
  /** An item as it is printed with indentation. */
  print(item: Item): object;
  readonly pretty: boolean;
}

/** Listings of more items than this are sent in pieces. */
const WHOLE_ITEMS = 200;
/** About how many bytes a piece has, and how many more it may have without growing. */
const PIECE = 128 * 1024;
const SLACK = 64 * 1024;
/** For lists that are sent whole. */
const SMALL = 4 * 1024;

const encoder = new TextEncoder();

/** The body of a listing: nothing is made of its items before somebody asks. */
export function listingBody<Item>(listing: Listing<Item>): ObjectBody {
  let object: object | undefined;
  const chunks = (): Iterable<Uint8Array> => pieces(listing);
  return {
    type: "object",
    get object() {
      object ??= { ...listing.head, [listing.member]: listing.items.map((item) => listing.present(item)) };
      return object;
    },
    bytes: () => concatenate([...chunks()]),
    ...(listing.items.length > WHOLE_ITEMS ? { chunks } : {}),
  };
}

/** The JSON of a listing, item by item, gathered into pieces. */
function* pieces<Item>(listing: Listing<Item>): Generator<Uint8Array> {
  const { head, member, items, pretty } = listing;
  const piece = new PieceBuilder(items.length > WHOLE_ITEMS ? PIECE + SLACK : SMALL);
  const write = (text: string): void => piece.add(text);
  const open = pretty ? JSON.stringify(head, undefined, 2).slice(0, -2) : JSON.stringify(head).slice(0, -1);
  write(open + (pretty ? `,\n  "${member}": [` : `,"${member}":[`));
  const [lead, between] = pretty ? ["\n    ", ",\n    "] : ["", ","];
  let first = true;
  for (const item of items) {
    write(first ? lead : between);
    first = false;
    if (pretty) write(indent(JSON.stringify(listing.print(item), undefined, 2)));
    else listing.encode(item, write);
    if (piece.size >= PIECE) yield piece.take();
  }
  const close = items.length > 0 ? "\n  ]\n}\n" : "]\n}\n";
  write(pretty ? close : "]}");
  yield piece.last();
}

/** Encodes texts one after the other into memory that is made once for each piece. */
class PieceBuilder {
  readonly #capacity: number;
  #bytes: Uint8Array;
  size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#bytes = new Uint8Array(capacity);
  }

  add(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    const room = this.size + text.length * 3;
    if (room > this.#bytes.length) this.#grow(room);
    const target = this.size === 0 ? this.#bytes : this.#bytes.subarray(this.size);
    this.size += encoder.encodeInto(text, target).written;
  }

  take(): Uint8Array {
    const piece = this.#bytes.subarray(0, this.size);
    this.#bytes = new Uint8Array(this.#capacity);
    this.size = 0;
    return piece;
  }

  last(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }

  #grow(room: number): void {
    const larger = new Uint8Array(room * 2);
    larger.set(this.#bytes.subarray(0, this.size));
    this.#bytes = larger;
  }
}

/** Line ends occur between members only: in texts they are escaped. */
function indent(json: string): string {
  return json.replaceAll("\n", "\n    ");
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
