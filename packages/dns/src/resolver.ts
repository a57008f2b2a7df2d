import type { Answer } from "dns-packet";
import { answerCluster, answerReverse, type Reply, reverseAddress, TTL } from "./answer.ts";
import type { ClusterView } from "./cluster-view.ts";
import { answersOf, type Query, receive, render, renderQuery, renderRefusal, startOfAuthority } from "./message.ts";

/** Sends a message to other resolvers and resolves to their answer, with the same id. Rejects when none answers. */
export type Forward = (message: Uint8Array, protocol: "udp" | "tcp") => Promise<Uint8Array>;

interface ResolverOptions {
  readonly view: ClusterView;
  /** Without a dot at the end: `cluster.local`. */
  readonly domain: string;
  readonly forward: Forward;
}

export interface Outcome {
  readonly bytes: Uint8Array | undefined;
  /** For metrics: `NOERROR`, ..., `forward`, `ignored`. */
  readonly result: string;
  readonly type: string;
}

const TCP_LIMIT = 65_535;

/** Turns the bytes of a question into the bytes of an answer; undefined for what deserves none. Never rejects. */
export function createResolver(
  options: ResolverOptions,
): (message: Uint8Array, protocol: "udp" | "tcp") => Promise<Outcome> {
  const { view, domain, forward } = options;
  const authority = startOfAuthority(domain, TTL);
  return async (message, protocol) => {
    const received = receive(message);
    if (received.type === "ignore") return { bytes: undefined, result: "ignored", type: "other" };
    if (received.type === "refuse") {
      return { bytes: renderRefusal(received.id, received.code), result: received.code, type: "other" };
    }
    const { query } = received;
    const { type } = query.question;
    const limit = protocol === "tcp" ? TCP_LIMIT : query.payloadSize;
    const reply = local(view, domain, query);
    if (reply === undefined) return { ...(await relay(forward, message, query, protocol)), type };
    const full = reply.follow === undefined ? reply : await follow(options, reply, query);
    return { bytes: render(query, full, authority, limit), result: full.code, type };
  };
}

function local(view: ClusterView, domain: string, { question }: Query): Reply | undefined {
  const name = question.name.toLowerCase().replace(/\.$/, "");
  if (name === domain || name.endsWith(`.${domain}`))
    return answerCluster(view, domain, name, question.name, question.type);
  if (question.type !== "PTR") return undefined;
  const address = reverseAddress(name);
  return address === undefined ? undefined : answerReverse(view, domain, address, question.name);
}

async function relay(
  forward: Forward,
  message: Uint8Array,
  query: Query,
  protocol: "udp" | "tcp",
): Promise<{ bytes: Uint8Array; result: string }> {
  try {
    return { bytes: await forward(message, protocol), result: "forward" };
  } catch {
    // No resolver answered within its time: the client learns it at once instead of waiting itself.
    const reply: Reply = { code: "SERVFAIL", answers: [], additionals: [] };
    return { bytes: render(query, reply, undefined, TCP_LIMIT), result: "SERVFAIL" };
  }
}

/** An ExternalName is answered whole: the alias, and what its target resolves to, here or elsewhere. */
async function follow({ view, domain, forward }: ResolverOptions, reply: Reply, query: Query): Promise<Reply> {
  const target = reply.follow!;
  const question = { ...query.question, name: target };
  const inside = local(view, domain, { ...query, question });
  if (inside !== undefined) return { ...reply, answers: [...reply.answers, ...inside.answers] };
  try {
    const answers: readonly Answer[] = answersOf(await forward(renderQuery(query.id, question), "tcp"));
    return { ...reply, answers: [...reply.answers, ...answers] };
  } catch {
    return reply; // the alias alone is a valid answer; the client may follow it
  }
}
