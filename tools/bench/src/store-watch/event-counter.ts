/** What a stream of etcd's Watch service has said so far. */
export interface WatchTally {
  /** Watches that were created. */
  created: number;
  events: number;
}

const PREFIX_LENGTH = 5;
/** Fields of WatchResponse. */
const CREATED = 3;
const CANCELED = 4;
const EVENTS = 11;
/** Wire types of protobuf. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Counts the events in a stream of gRPC messages (WatchResponse), without decoding them: reading must cost little. */
export class EventCounter {
  readonly #tally: WatchTally;
  #rest: Buffer = Buffer.alloc(0);

  constructor(tally: WatchTally) {
    this.#tally = tally;
  }

  /** Takes the next part of the stream. Throws when etcd ended a watch. */
  add(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let position = 0;
    while (bytes.length - position >= PREFIX_LENGTH) {
      const end = position + PREFIX_LENGTH + bytes.readUInt32BE(position + 1);
      if (end > bytes.length) break;
      this.#countIn(bytes, position + PREFIX_LENGTH, end);
      position = end;
    }
    this.#rest = bytes.subarray(position);
  }

  #countIn(bytes: Buffer, start: number, end: number): void {
    for (let position = start; position < end; ) {
      const [tag, afterTag] = varint(bytes, position);
      const [number, next] = varint(bytes, afterTag);
      const field = tag >>> 3;
      if (field === EVENTS) this.#tally.events++;
      else if (field === CREATED) this.#tally.created++;
      else if (field === CANCELED) throw new Error("etcd ended a watch");
      const wire = tag & 7;
      if (wire !== VARINT && wire !== LENGTH_DELIMITED) throw new Error(`a field of the wire type ${wire}`);
      position = wire === VARINT ? next : next + number;
    }
  }
}

/** A number, and where the next one begins. */
function varint(bytes: Buffer, start: number): readonly [number, number] {
  let number = 0;
  let factor = 1;
  for (let position = start; ; position++) {
    const byte = bytes[position] as number;
    number += (byte & 127) * factor;
    if (byte < 128) return [number, position + 1];
    factor *= 128;
  }
}
