import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRealClock } from "@pinnace/clock";
import { createCertificateAuthority } from "@pinnace/pki";
import { type Store, TextValue } from "@pinnace/store";
import { describe, expect, it, onTestFinished } from "vitest";
import { type EtcdStoreOptions, openEtcdStore } from "../src/index.ts";
import { ETCD_MISSING, type EtcdCluster, serving, startEtcd } from "./etcd-cluster.ts";

const clock = createRealClock();
const LIMIT = 60_000;
const LONG = 20_000;
const BRIEF = 1_500;

async function started(...options: Parameters<typeof startEtcd>): Promise<EtcdCluster> {
  const cluster = await startEtcd(...options);
  onTestFinished(() => cluster.stop());
  return cluster;
}

async function open(options: Omit<EtcdStoreOptions, "clock">): Promise<Store> {
  const store = await openEtcdStore({ requestTimeout: LONG, ...options, clock });
  onTestFinished(() => store.close());
  return store;
}

const put = (key: string, text = "x") =>
  ({ when: [], then: [{ type: "put", key, value: new TextValue(text) }] }) as const;

describe.skipIf(ETCD_MISSING !== undefined)("a store on etcd", () => {
  it("shows a certificate and checks the server's", { timeout: LIMIT }, async () => {
    const directory = await mkdtemp(join(tmpdir(), "pinnace-etcd-tls-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const authority = await createCertificateAuthority({ clock, commonName: "etcd-ca" });
    const other = await createCertificateAuthority({ clock, commonName: "other-ca" });
    const server = await authority.issue({
      commonName: "etcd",
      subjectAltNames: ["127.0.0.1"],
      usages: ["server", "client"],
    });
    const client = await authority.issue({ commonName: "pinnace", usages: ["client"] });
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(directory, name), text);
      return join(directory, name);
    };
    const tls = [
      `--cert-file=${await file("server.pem", server.certificate)}`,
      `--key-file=${await file("server.key", server.key)}`,
      `--trusted-ca-file=${await file("ca.pem", authority.certificate)}`,
      "--client-cert-auth",
    ];
    const { endpoints } = await started({ tls });
    const store = await open({ endpoints, tls: { ca: authority.certificate, ...client } });
    expect((await store.commit(put("/a"))).succeeded).toBe(true);
    await expect(open({ endpoints, requestTimeout: BRIEF, tls: { ca: other.certificate, ...client } })).rejects.toThrow(
      /cannot be reached: unable to verify|cannot be reached: self.signed certificate/,
    );
    await expect(open({ endpoints, requestTimeout: BRIEF, tls: { ca: authority.certificate } })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    await expect(open({ endpoints, tls: { ca: authority.certificate, certificate: "x", key: "y" } })).rejects.toThrow(
      "the certificates for etcd cannot be used",
    );
  });

  it("authenticates, and again when its token is no longer good", { timeout: LIMIT }, async () => {
    const cluster = await serving(await started());
    const { endpoints } = cluster;
    const administer = async (path: string, body: object): Promise<void> => {
      const response = await fetch(`${endpoints[0]}/v3/auth/${path}`, { method: "POST", body: JSON.stringify(body) });
      expect([path, response.status]).toEqual([path, 200]);
    };
    await expect(open({ endpoints, auth: { user: "root", password: "secret" } })).rejects.toThrow(
      "does not use authentication",
    );
    await administer("user/add", { name: "root", password: "secret" });
    await administer("role/add", { name: "root" });
    await administer("user/grant", { user: "root", role: "root" });
    await administer("enable", {});
    const store = await open({ endpoints, auth: { user: "root", password: "secret" } });
    const seen: string[] = [];
    store.watch("", { from: 1 }).subscribe({
      next: (event) => seen.push(event.type === "put" ? event.entry.key : ""),
      error: () => undefined,
    });
    await store.commit(put("/a"));
    await cluster.signal(0, "SIGKILL");
    cluster.restart(0); // tokens do not outlive the member
    await expect
      .poll(
        () =>
          store.commit(put("/b")).then(
            ({ succeeded }) => succeeded,
            () => false,
          ),
        { timeout: LONG },
      )
      .toBe(true);
    await expect.poll(() => [...new Set(seen)], { timeout: LONG }).toEqual(["/a", "/b"]);
    await expect(open({ endpoints, auth: { user: "root", password: "wrong" } })).rejects.toThrow(
      /authentication failed, invalid user ID or password/,
    );
    const nobody = open({ endpoints });
    await expect(nobody.then((anonymous) => anonymous.revision())).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("keeps stores with other prefixes apart, and knows when it is up to date with them", {
    timeout: LIMIT,
  }, async () => {
    const { endpoints } = await serving(await started());
    const [one, two] = [await open({ endpoints, prefix: "/one" }), await open({ endpoints, prefix: "/one-more" })];
    let told = 0;
    one.watch("", { from: 1, onProgress: (revision) => (told = revision) }).subscribe({ error: () => undefined });
    await two.commit(put("/a"));
    expect((await one.list("")).entries).toEqual([]);
    expect((await two.list("")).entries).toHaveLength(1);
    const revision = await one.revision();
    await expect
      .poll(async () => {
        await one.requestProgress();
        return told;
      })
      .toBeGreaterThanOrEqual(revision);
    expect((await one.list("")).entries).toEqual([]);
  });

  it("refuses puts when etcd is full, and goes on deleting", { timeout: LIMIT }, async () => {
    const { endpoints } = await serving(await started({ flags: ["--quota-backend-bytes=2000000"] }));
    const store = await open({ endpoints });
    const large = "x".repeat(200_000);
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 50; index++) await store.commit(put(`/large/${index}`, large));
    };
    await expect(fill()).rejects.toMatchObject({ code: "NO_SPACE" });
    expect((await store.read("/large/0"))?.modRevision).toBe(2);
    const deletion = await store.commit({ when: [], then: [{ type: "delete", key: "/large/0" }] });
    for (const [each, key] of [[store, "/large/1"] as const, [await open({ endpoints }), "/large/2"] as const]) {
      const when = [{ key, modRevision: (await each.read(key))?.modRevision ?? 0 }];
      expect(await each.commit({ when, then: [{ type: "delete", key }] })).toMatchObject({ succeeded: true });
    }
    expect(deletion.succeeded).toBe(true);
    await expect(store.commit(put("/huge", "x".repeat(2_000_000)))).rejects.toMatchObject({
      code: expect.stringMatching(/INVALID|NO_SPACE/),
    });
  });

  it("compacts what is older than two intervals", { timeout: LIMIT }, async () => {
    const { endpoints } = await serving(await started());
    const store = await open({ endpoints, compactionInterval: 200 });
    for (let index = 0; index < 5; index++) await store.commit(put("/a", `${index}`));
    const old = (): Promise<unknown> =>
      store.list("", { revision: 2 }).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
    await expect.poll(old, { timeout: LONG }).toBe("COMPACTED");
    expect((await store.read("/a"))?.modRevision).toBe(6);
  });

  it("pages through many entries of one snapshot", { timeout: LIMIT }, async () => {
    const { endpoints } = await serving(await started());
    const store = await open({ endpoints });
    for (let part = 0; part < 21; part++) {
      const then = Array.from({ length: 100 }, (_, index) => put(`/k/${part}/${index}`).then[0]);
      await store.commit({ when: [], then });
    }
    const page = await store.list("/k/");
    expect([page.entries.length, page.remaining, page.revision]).toEqual([2100, 0, 22]);
    const half = await store.list("/k/", { limit: 1500 });
    expect([half.entries.length, half.remaining]).toEqual([1500, 600]);
  });
});

describe("openEtcdStore", () => {
  it.each([["localhost:2379"], ["ftp://a:2379"], ["nonsense"], [""]])("refuses %j as a URL", async (url) => {
    await expect(openEtcdStore({ endpoints: [url], clock })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("needs an endpoint", async () => {
    await expect(openEtcdStore({ endpoints: [], clock })).rejects.toThrow("at least one endpoint");
  });

  it("says that nobody listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await once(server.close(), "close");
    const opening = openEtcdStore({ endpoints: [`http://127.0.0.1:${port}`], clock, requestTimeout: 500 });
    await expect(opening).rejects.toThrow(`etcd at http://127.0.0.1:${port} cannot be reached: connect ECONNREFUSED`);
  });

  it("says that it is no etcd", async () => {
    const server = createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.closeAllConnections());
    const { port } = server.address() as AddressInfo;
    const opening = openEtcdStore({ endpoints: [`http://127.0.0.1:${port}`], clock, requestTimeout: 1_000 });
    await expect(opening).rejects.toThrow(`etcd at http://127.0.0.1:${port} cannot be reached: Protocol error`);
    server.close();
  });
});
