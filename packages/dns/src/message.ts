import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from "dns-packet";
import type { Reply, ResponseCode } from "./answer.ts";

const CODES: Readonly<Record<ResponseCode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
};

/** A question off the wire. */
export interface Query {
  readonly id: number;
  readonly question: Question;
  readonly recursionDesired: boolean;
  /** The largest UDP answer that the client takes, in bytes: 512 unless it says more (EDNS, RFC 6891). */
  readonly payloadSize: number;
  readonly edns: boolean;
}

/** What can be done with bytes that arrived. */
type Received =
  | { readonly type: "query"; readonly query: Query }
  | { readonly type: "refuse"; readonly id: number; readonly code: ResponseCode }
  | { readonly type: "ignore" };

const MAX_PAYLOAD = 1232;

/** Reads a message. Answers to nobody's question are ignored, so that two servers never talk in circles. */
export function receive(bytes: Uint8Array): Received {
  if (bytes.length < 12 || (bytes[2]! & 0x80) !== 0) return { type: "ignore" };
  const id = (bytes[0]! << 8) | bytes[1]!;
  if (((bytes[2]! >> 3) & 0x0f) !== 0) return { type: "refuse", id, code: "NOTIMP" };
  let packet: Packet;
  try {
    packet = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    return { type: "refuse", id, code: "FORMERR" };
  }
  const [question, ...more] = packet.questions ?? [];
  if (question === undefined || more.length > 0) return { type: "refuse", id, code: "FORMERR" };
  const option = packet.additionals?.find((each) => each.type === "OPT") as { udpPayloadSize?: number } | undefined;
  const size = Math.min(Math.max(option?.udpPayloadSize ?? 512, 512), MAX_PAYLOAD);
  const recursionDesired = ((packet.flags ?? 0) & RECURSION_DESIRED) !== 0;
  return { type: "query", query: { id, question, recursionDesired, payloadSize: size, edns: option !== undefined } };
}

/** The start of authority that negative answers carry (RFC 2308). */
export function startOfAuthority(domain: string, ttl: number): Answer {
  const data = {
    mname: `ns.dns.${domain}`,
    rname: `hostmaster.${domain}`,
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expire: 86400,
    minimum: ttl,
  };
  return { name: domain, type: "SOA", ttl, class: "IN", data };
}

/** An answer as bytes. One that is larger than `limit` is cut and says so (TC), so that the client asks over TCP. */
export function render(query: Query, reply: Reply, authority: Answer | undefined, limit: number): Uint8Array {
  const negative = reply.answers.length === 0 && authority !== undefined;
  const flags =
    CODES[reply.code] | AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | (query.recursionDesired ? RECURSION_DESIRED : 0);
  const option = { type: "OPT", name: ".", udpPayloadSize: MAX_PAYLOAD, flags: 0, options: [] } as unknown as Answer;
  const packet: Packet = {
    type: "response",
    id: query.id,
    flags,
    questions: [query.question],
    answers: [...reply.answers],
    authorities: negative ? [authority] : [],
    additionals: [...reply.additionals, ...(query.edns ? [option] : [])],
  };
  const whole = encode(packet);
  if (whole.length <= limit) return whole;
  return encode({
    ...packet,
    flags: flags | TRUNCATED_RESPONSE,
    answers: [],
    authorities: [],
    additionals: query.edns ? [option] : [],
  });
}

/** A bare refusal of something that could not be read. */
export function renderRefusal(id: number, code: ResponseCode): Uint8Array {
  return encode({ type: "response", id, flags: CODES[code] });
}

/** The records of an answer that another server sent. */
export function answersOf(bytes: Uint8Array): readonly Answer[] {
  return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).answers ?? [];
}

/** A fresh question for another server. */
export function renderQuery(id: number, question: Question): Uint8Array {
  return encode({ type: "query", id, flags: RECURSION_DESIRED, questions: [question] });
}
