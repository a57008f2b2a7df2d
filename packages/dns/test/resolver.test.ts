import { decode, encode } from "dns-packet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createResolver, type Forward } from "../src/resolver.ts";
import { frameTcp, TcpFrames } from "../src/tcp-frames.ts";
import { view } from "./view.ts";

const refuse: Forward = async () => {
  throw new Error("no resolver");
};

const question = (name: string, type: "A" | "SRV" = "A", more: object = {}): Uint8Array =>
  encode({ type: "query", id: 4711, flags: 0x100, questions: [{ name, type }], ...more });

async function ask(message: Uint8Array, forward = refuse, protocol: "udp" | "tcp" = "udp") {
  const { bytes } = await createResolver({ view, domain: "cluster.local", forward })(message, protocol);
  return bytes === undefined
    ? undefined
    : (decode(Buffer.from(bytes)) as ReturnType<typeof decode> & { rcode?: string });
}

describe("createResolver", () => {
  it("answers with the question's id, spelling and recursion bit", async () => {
    const reply = await ask(question("WeB.ns.svc.CLUSTER.local"));
    expect(reply).toMatchObject({ id: 4711, rcode: "NOERROR", flag_qr: true, flag_aa: true, flag_rd: true });
    expect(reply?.answers).toMatchObject([{ name: "WeB.ns.svc.CLUSTER.local", type: "A", ttl: 5, data: "10.96.0.7" }]);
  });

  it("gives the start of authority with a negative answer", async () => {
    const reply = await ask(question("nope.ns.svc.cluster.local"));
    expect(reply).toMatchObject({ rcode: "NXDOMAIN", answers: [] });
    expect(reply?.authorities).toMatchObject([{ type: "SOA", name: "cluster.local" }]);
  });

  it("relays other names as they are", async () => {
    const message = question("example.org");
    const answer = encode({
      type: "response",
      id: 4711,
      answers: [{ name: "example.org", type: "A", data: "1.1.1.1" }],
    });
    const reply = await ask(message, async (sent) => {
      expect(sent).toBe(message);
      return answer;
    });
    expect(reply?.answers).toMatchObject([{ data: "1.1.1.1" }]);
  });

  it("says SERVFAIL when no resolver answers", async () => {
    expect(await ask(question("example.org"))).toMatchObject({ rcode: "SERVFAIL", id: 4711 });
  });

  it("follows an ExternalName outside and inside of the cluster", async () => {
    const forward: Forward = async (sent) => {
      expect(decode(Buffer.from(sent)).questions).toMatchObject([{ name: "example.org", type: "A" }]);
      return encode({ type: "response", id: 1, answers: [{ name: "example.org", type: "A", data: "1.1.1.1" }] });
    };
    const outside = await ask(question("out.ns.svc.cluster.local"), forward);
    expect(outside?.answers).toMatchObject([{ type: "CNAME", data: "example.org" }, { data: "1.1.1.1" }]);
    const inside = await ask(question("alias.ns.svc.cluster.local"));
    expect(inside?.answers).toMatchObject([{ type: "CNAME" }, { type: "A", data: "10.96.0.7" }]);
  });

  it("cuts what does not fit into a datagram, and not over TCP", async () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      address: `10.244.1.${index}`,
      hostname: `h${index}`,
      ports: [{ name: "http", protocol: "tcp", port: 1 }],
    }));
    const resolve = createResolver({
      view: { ...view, targets: () => many },
      domain: "cluster.local",
      forward: refuse,
    });
    const message = question("db.ns.svc.cluster.local");
    const udp = await resolve(message, "udp");
    const tcp = await resolve(message, "tcp");
    expect(udp.bytes!.length).toBeLessThanOrEqual(512);
    expect(decode(Buffer.from(udp.bytes!))).toMatchObject({ flag_tc: true, answers: [] });
    expect(decode(Buffer.from(tcp.bytes!)).answers).toHaveLength(100);
  });

  it("ignores answers and refuses what it cannot read", async () => {
    expect(await ask(encode({ type: "response", id: 1 }))).toBeUndefined();
    expect(await ask(encode({ type: "query", id: 1, questions: [] }))).toMatchObject({ rcode: "FORMERR" });
    const status = question("a.b");
    status[2] = 0x10; // opcode STATUS
    expect(await ask(status)).toMatchObject({ rcode: "NOTIMP" });
  });

  it("survives any bytes", async () => {
    const resolve = createResolver({ view, domain: "cluster.local", forward: refuse });
    const header = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), fc.boolean(), async (noise, withHeader) => {
        await resolve(withHeader ? Uint8Array.from([...header, ...noise]) : noise, "udp");
      }),
      { numRuns: 500 },
    );
  });
});

it("TcpFrames puts messages together however they were cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 7 }),
      (messages, size) => {
        const stream = messages.flatMap((message) => [...frameTcp(message)]);
        const frames = new TcpFrames();
        const found: Uint8Array[] = [];
        for (let offset = 0; offset < stream.length; offset += size) {
          found.push(...frames.add(Uint8Array.from(stream.slice(offset, offset + size))));
        }
        expect(found.map((each) => [...each])).toEqual(messages.map((each) => [...each]));
      },
    ),
  );
});
