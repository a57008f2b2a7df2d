import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { connect, type Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import type { ApiHandler, ApiRequest, WatchEvent } from "@pinnace/apimachinery";
import fc from "fast-check";
import { Observable, Subject } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { startServer } from "./harness.ts";
import { alice, authority, listen, mallory, text, tls, whoAmI } from "./listeners.ts";

function get(port: number, options: RequestOptions = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ host: "127.0.0.1", port, ca: authority.certificate, ...options }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += String(chunk);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on("error", reject);
    request.end();
  });
}

describe("TLS", () => {
  it("names the holder of a certificate of the cluster's authority", async () => {
    const { port, url } = await listen(whoAmI, { tls: tls() });
    expect(url).toBe(`https://127.0.0.1:${port}`);
    const { certificate: cert, key } = alice;
    expect(await get(port, { cert, key })).toEqual({ status: 200, body: "alice devs,ops" });
    expect(await get(port)).toEqual({ status: 200, body: "nobody" });
  });

  it("refuses a certificate of another authority before anybody is asked", async () => {
    const handler = vi.fn(whoAmI);
    const { port } = await listen(handler, { tls: tls() });
    const answer = await get(port, { cert: mallory.certificate, key: mallory.key });
    expect([answer.status, JSON.parse(answer.body).message]).toEqual([401, "Unauthorized"]);
    expect(handler).not.toHaveBeenCalled();
  });

  it("does not ask for certificates without an authority", async () => {
    const { cert, key } = tls();
    const { port } = await listen(whoAmI, { tls: { cert, key } });
    const answer = await get(port, { cert: mallory.certificate, key: mallory.key });
    expect(answer).toEqual({ status: 200, body: "nobody" });
  });
});

describe("HTTP/2", () => {
  const overHttp2 = async (port: number, headers: Record<string, string>, body?: string) => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, {
      ca: authority.certificate,
      cert: alice.certificate,
      key: alice.key,
    });
    try {
      return await new Promise<{ status: number; text: string }>((resolve, reject) => {
        const stream = session.request(headers);
        let status = 0;
        let answer = "";
        stream.on("response", (fields) => {
          status = Number(fields[":status"]);
        });
        stream.on("data", (chunk) => {
          answer += String(chunk);
        });
        stream.on("end", () => resolve({ status, text: answer }));
        stream.on("error", reject);
        stream.end(body);
      });
    } finally {
      session.close();
    }
  };

  it("serves objects on the same port, with the client's certificate", async () => {
    const { port } = await listen(whoAmI, { tls: tls() });
    expect(await overHttp2(port, { ":path": "/" })).toEqual({ status: 200, text: "alice devs,ops" });
  });

  it("hides the pseudo headers, and reads bodies", async () => {
    const seen: ApiRequest[] = [];
    const { port } = await listen(
      async (request) => {
        seen.push(request);
        return text("ok");
      },
      { tls: tls() },
    );
    await overHttp2(port, { ":path": "/a?b=c", ":method": "POST", "x-a": "1" }, "body");
    expect(seen[0]).toMatchObject({ method: "POST", path: "/a", headers: { "x-a": "1" } });
    expect(seen[0]!.query.get("b")).toBe("c");
    expect(Object.keys(seen[0]!.headers).filter((name) => name.startsWith(":"))).toEqual([]);
    const { body } = seen[0]!;
    expect(body !== undefined && "bytes" in body && new TextDecoder().decode(body.bytes)).toBe("body");
  });

  it("streams a watch until the server closes", async () => {
    const { server } = await startServer();
    const listener = await listen(server.handler, { tls: tls() });
    const path = "/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=2";
    const answer = overHttp2(listener.port, { ":path": path });
    await vi.waitFor(async () => {
      const { port } = listener;
      expect((await get(port, { path: "/metrics" })).status).toBe(200);
    });
    const created = { "content-type": "application/json" };
    await overHttp2(
      listener.port,
      { ":path": "/api/v1/namespaces/default/configmaps", ":method": "POST", ...created },
      JSON.stringify({ metadata: { name: "a" } }),
    );
    await listener.close();
    const { status, text: lines } = await answer;
    expect(status).toBe(200);
    expect(JSON.parse(lines)).toMatchObject({ type: "ADDED", object: { metadata: { name: "a" } } });
  });
});

/** Sends bytes as they are and collects what comes back until the connection ends. */
function raw(port: number, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (answer.includes("\r\n\r\n")) socket.end();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
    socket.end(bytes);
  });
}

describe("broken requests", () => {
  const handler: ApiHandler = async ({ path }) => text(path);

  it.each([
    ["no HTTP at all", "nonsense\r\n\r\n"],
    ["an unknown version", "GET / HTTP/9.9\r\n\r\n"],
    ["a header without a name", "GET / HTTP/1.1\r\n: x\r\n\r\n"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
    ["a bad chunk", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
  ])("with %s are answered with 400", async (_name, bytes) => {
    const { port } = await listen(handler);
    expect(await raw(port, bytes)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("whatever they are leave the server up", async () => {
    const { port, url } = await listen(handler);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.string({ maxLength: 100 })), async (bytes) => {
        await raw(port, bytes);
        expect((await fetch(`${url}/ok`)).status).toBe(200);
      }),
      { numRuns: 30 },
    );
  });

  it("that end in the middle of a body disturb nobody", async () => {
    const { port, url } = await listen(handler);
    await new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
        socket.destroy();
      });
      socket.on("close", () => resolve());
    });
    expect((await fetch(url)).status).toBe(200);
  });

  it("with a body that is too long and of unknown length are refused", async () => {
    const { url } = await listen(handler, { bodyLimit: 1000 });
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(600)),
    });
    const answer = await fetch(url, { method: "POST", body, duplex: "half" } as RequestInit).catch(() => undefined);
    if (answer !== undefined) expect(answer.status).toBe(413);
    expect((await fetch(url)).status).toBe(200);
  });
});

describe("an answer", () => {
  it("that cannot be encoded is a 500, and does not keep the client waiting", async () => {
    const bytes = (): Uint8Array => {
      throw new Error("a bug");
    };
    const { url } = await listen(async () => ({
      status: 200,
      headers: {},
      body: { type: "object", object: {}, bytes },
    }));
    const answer = await fetch(url);
    expect([answer.status, await answer.json()]).toMatchObject([500, { kind: "Status", message: "a bug" }]);
  });

  it("may warn in any script", async () => {
    const warned = { status: 200, headers: { warning: '299 - "unknown field \\"größe €\\""' } } as const;
    const other = await listen(async () => ({ ...warned, body: { type: "empty" } }));
    const warning = (await fetch(other.url)).headers.get("warning") ?? "";
    expect(Buffer.from(warning, "latin1").toString()).toBe(warned.headers.warning);
  });

  it("that breaks off breaks the connection off", async () => {
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode("half");
      throw new Error("a bug");
    };
    const { url } = await listen(async () => ({
      status: 200,
      headers: {},
      body: { type: "stream", chunks: chunks() },
    }));
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
  });

  it("that is long comes in pieces, compressed when the client takes that", async () => {
    const { server, call } = await startServer();
    for (let index = 0; index < 300; index += 1) {
      const data = { k: "v".repeat(1000) };
      await call("POST", "/api/v1/namespaces/default/configmaps", { metadata: { name: `c-${index}` }, data });
    }
    const { port, url } = await listen(server.handler);
    const list = (await (await fetch(`${url}/api/v1/configmaps`)).json()) as { items: unknown[] };
    expect(list.items).toHaveLength(300);
    const zipped = await new Promise<Buffer>((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect(port, "127.0.0.1", () =>
        socket.write("GET /api/v1/configmaps HTTP/1.0\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n"),
      );
      socket.on("data", (chunk) => chunks.push(chunk));
      socket.on("close", () => resolve(Buffer.concat(chunks)));
    });
    const end = zipped.indexOf("\r\n\r\n");
    expect(zipped.subarray(0, end).toString().toLowerCase()).toContain("content-encoding: gzip");
    expect(JSON.parse(gunzipSync(zipped.subarray(end + 4)).toString())).toEqual(list);
  });

  it("to an upgrade that nobody takes is plain HTTP", async () => {
    const { port } = await listen(async () => text("no", 403));
    const answer = await raw(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*no$/);
  });

  it("that is an upgrade needs a request for one", async () => {
    const { url } = await listen(async () => ({
      status: 101,
      headers: {},
      body: { type: "upgrade", handle: () => undefined },
    }));
    expect((await fetch(url)).status).toBe(400);
  });
});

describe("a watch over HTTP", () => {
  const event = (index: number, size = 10): WatchEvent => ({
    type: "ADDED",
    object: { kind: "X", apiVersion: "v1", metadata: { name: `x-${index}`, labels: { pad: "p".repeat(size) } } },
  });
  const encode = (each: WatchEvent): Uint8Array => new TextEncoder().encode(`${JSON.stringify(each)}\n`);
  const watching = (events: Observable<WatchEvent>): ApiHandler => {
    return async () => ({ status: 200, headers: {}, body: { type: "watch", events, encode } });
  };

  it("sends all of a long beginning, however slowly it is read", async () => {
    const count = 15_000;
    const events = new Observable<WatchEvent>((subscriber) => {
      for (let index = 0; index < count; index += 1) subscriber.next(event(index, 100));
      subscriber.complete();
    });
    const { url } = await listen(watching(events));
    const lines = (await (await fetch(url)).text()).trimEnd().split("\n");
    expect(lines).toHaveLength(count);
    expect(JSON.parse(lines.at(-1)!).object.metadata.name).toBe(`x-${count - 1}`);
  });

  it("cuts off a client that falls behind", async () => {
    const events = new Subject<WatchEvent>();
    const { port } = await listen(watching(events));
    const closed = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        socket.pause();
      });
      socket.on("error", () => undefined);
      void vi
        .waitFor(() => expect(events.observed).toBe(true))
        .then(async () => {
          for (let index = 0; index < 30_000 && events.observed; index += 1) events.next(event(index, 2000));
          await vi.waitFor(() => expect(events.observed).toBe(false));
          socket.destroy();
          resolve(true);
        });
    });
    expect(closed).toBe(true);
  });

  it("ends when the client goes", async () => {
    const events = new Subject<WatchEvent>();
    const { port } = await listen(watching(events));
    const socket: Socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    await vi.waitFor(() => expect(events.observed).toBe(true));
    socket.destroy();
    await vi.waitFor(() => expect(events.observed).toBe(false));
  });

  it("over a WebSocket takes the token from a subprotocol, and never repeats it", async () => {
    const seen: ApiRequest[] = [];
    const events = new Subject<WatchEvent>();
    const { port } = await listen(async (request) => {
      seen.push(request);
      return { status: 200, headers: {}, body: { type: "watch", events, encode } };
    });
    const bearer = `base64url.bearer.authorization.k8s.io.${Buffer.from("t0ken").toString("base64url")}`;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, [bearer, "base64.binary.k8s.io"]);
    await new Promise((resolve) => socket.once("open", resolve));
    expect(seen[0]!.headers.authorization).toBe("Bearer t0ken");
    expect(socket.protocol).toBe("base64.binary.k8s.io");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await vi.waitFor(() => expect(events.observed).toBe(true));
    events.complete();
    expect(await closed).toBe(1000);
  });
});

describe("a stream over a WebSocket", () => {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode("one\n");
    yield new TextEncoder().encode("two\n");
  }

  it.each([
    ["binary.k8s.io", "", ["", "one\n", "two\n"]],
    ["base64.binary.k8s.io", "text", ["", "b25lCg==", "dHdvCg=="]],
  ])("is sent chunk by chunk as %s", async (protocol, kind, expected) => {
    const { port } = await listen(async () => ({
      status: 200,
      headers: {},
      body: { type: "stream", chunks: chunks() },
    }));
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, [protocol]);
    const messages: string[] = [];
    socket.on("message", (data: Buffer, binary: boolean) => {
      messages.push(data.toString());
      expect(binary).toBe(kind === "");
    });
    expect(await new Promise((resolve) => socket.once("close", resolve))).toBe(1000);
    expect(socket.protocol).toBe(protocol);
    expect(messages).toEqual(expected);
  });
});

describe("closing", () => {
  it("waits for answers that are being made, and may be asked for twice", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = false;
    const listener = await listen(async () => {
      asked = true;
      await held;
      return text("late");
    });
    const answer = fetch(listener.url).then((response) => response.text());
    await vi.waitFor(() => expect(asked).toBe(true));
    const closed = Promise.all([listener.close(), listener.close()]);
    release();
    expect(await answer).toBe("late");
    await closed;
    await expect(fetch(listener.url)).rejects.toThrow();
  });
});
