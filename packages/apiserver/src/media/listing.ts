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
  /** An item as compact JSON. */
  encode(item: Item): readonly Uint8Array[];
  /** An item as it is printed with indentation. */
  print(item: Item): object;
  readonly pretty: boolean;
}

/** Listings of more items than this are sent in pieces. */
const WHOLE_ITEMS = 200;
/** About how many bytes a piece has. */
const PIECE = 64 * 1024;

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
  let parts: Uint8Array[] = [];
  let size = 0;
  for (const part of membersOf(listing)) {
    parts.push(part);
    size += part.length;
    if (size < PIECE) continue;
    yield concatenate(parts);
    parts = [];
    size = 0;
  }
  yield concatenate(parts);
}

function* membersOf<Item>({ head, member, items, encode, print, pretty }: Listing<Item>): Generator<Uint8Array> {
  const open = pretty ? JSON.stringify(head, undefined, 2).slice(0, -2) : JSON.stringify(head).slice(0, -1);
  const name = pretty ? `,\n  "${member}": [` : `,"${member}":[`;
  yield encoder.encode(open + name);
  const lead = encoder.encode(pretty ? "\n    " : "");
  const between = encoder.encode(pretty ? ",\n    " : ",");
  for (const [index, item] of items.entries()) {
    yield index === 0 ? lead : between;
    if (pretty) yield encoder.encode(indent(JSON.stringify(print(item), undefined, 2)));
    else yield* encode(item);
  }
  const close = items.length > 0 ? "\n  ]\n}\n" : "]\n}\n";
  yield encoder.encode(pretty ? close : "]}");
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
