import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVirtualClock } from "@pinnace/clock";
import { BytesValue, createMemoryStore, type Store, TextValue } from "@pinnace/store";
import { describeStoreCompliance } from "@pinnace/store/compliance";
import { openLogStore } from "@pinnace/store-log";
import { describe, expect, it } from "vitest";
import {
  createEncryptedStore,
  type ProviderConfiguration,
  parseEncryptionConfiguration,
  resourceTransformers,
  type Transformer,
  transformerOf,
} from "../src/index.ts";

const key = (name: string, length = 32) => ({ name, secret: new Uint8Array(length).fill(name.length) });
const PROVIDERS: readonly ProviderConfiguration[] = [
  { type: "aesgcm", keys: [key("gcm")] },
  { type: "aescbc", keys: [key("block")] },
  { type: "secretbox", keys: [key("box")] },
];
const clock = createVirtualClock();
const encrypted = (store: Store, transformer: Transformer): Store =>
  createEncryptedStore(store, { transformerOf: () => transformer });
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

for (const provider of PROVIDERS) {
  const transformer = transformerOf([provider, { type: "identity" }]);
  describeStoreCompliance(
    `memory, encrypted with ${provider.type}`,
    () => {
      const own = createVirtualClock();
      return {
        open: async () => encrypted(createMemoryStore({ clock: own }), transformer),
        elapse: (duration) => own.advance(duration),
      };
    },
    { describe, it },
  );
}

describeStoreCompliance(
  "log, encrypted with aesgcm",
  () => {
    const own = createVirtualClock();
    const directory = mkdtemp(join(tmpdir(), "pinnace-encryption-"));
    const open = async () => {
      const store = await openLogStore({ directory: await directory, clock: own });
      own.addIdleCheck("store", () => store.idle());
      return encrypted(store, transformerOf([PROVIDERS[0]!]));
    };
    return {
      open,
      reopen: open,
      elapse: (duration) => own.advance(duration),
      dispose: async () => rm(await directory, { recursive: true }),
    };
  },
  { describe, it },
);

describe("a transformer", () => {
  it.each(PROVIDERS)("of $type stores what names its key, differs each time, and opens", (provider) => {
    const { seal, open } = transformerOf([provider]);
    const first = seal(bytes("treasure"), "/a");
    const second = seal(bytes("treasure"), "/a");
    const name = provider.type === "identity" ? "" : provider.keys[0]!.name;
    expect(text(first).startsWith(`k8s:enc:${provider.type}:v1:${name}:`)).toBe(true);
    expect(Buffer.from(first!).equals(second!)).toBe(false);
    expect(Buffer.from(first!).includes("treasure")).toBe(false);
    expect(text(open(first!, "/a"))).toBe("treasure");
    expect(open(seal(new Uint8Array(), "/a")!, "/a")).toHaveLength(0);
  });

  it.each(PROVIDERS)("of $type refuses what is cut", (provider) => {
    const { seal, open } = transformerOf([provider]);
    const sealed = seal(bytes("treasure"), "/a")!;
    for (const length of [30, sealed.length - 1])
      expect(() => open(sealed.subarray(0, length), "/a")).toThrow(expect.objectContaining({ code: "CORRUPT" }));
  });

  it("of aesgcm and secretbox refuses what was changed; of aesgcm also what was moved", () => {
    for (const provider of [PROVIDERS[0]!, PROVIDERS[2]!]) {
      const { seal, open } = transformerOf([provider]);
      const sealed = Buffer.from(seal(bytes("treasure"), "/a")!);
      sealed[sealed.length - 2]! ^= 1;
      expect(() => open(sealed, "/a")).toThrow(/was changed/);
    }
    const { seal, open } = transformerOf([PROVIDERS[0]!]);
    expect(() => open(seal(bytes("treasure"), "/a")!, "/b")).toThrow(/was changed/);
  });

  it("writes with the first key and reads with all: keys and providers rotate", () => {
    const [old, fresh] = [key("old"), key("fresh")];
    const before = transformerOf([{ type: "aescbc", keys: [old] }]);
    const during = transformerOf([{ type: "aescbc", keys: [fresh, old] }, { type: "identity" }]);
    const after = transformerOf([{ type: "aescbc", keys: [fresh] }]);
    const stored = before.seal(bytes("x"), "/a")!;
    expect(text(during.open(stored, "/a"))).toBe("x");
    expect(text(during.open(bytes("{}"), "/a"))).toBe("{}");
    expect(text(after.open(during.seal(bytes("x"), "/a")!, "/a"))).toBe("x");
    expect(() => after.open(stored, "/a")).toThrow(/none of the configured keys/);
    expect(() => after.open(bytes("{}"), "/a")).toThrow(/not encrypted/);
  });

  it("of identity writes plain, and never takes ciphertext for a value", () => {
    const identity = transformerOf([{ type: "identity" }, PROVIDERS[0]!]);
    expect(identity.seal(bytes("x"), "/a")).toBeUndefined();
    const sealed = transformerOf([PROVIDERS[0]!]).seal(bytes("x"), "/a")!;
    expect(text(identity.open(sealed, "/a"))).toBe("x");
    expect(() => transformerOf([{ type: "identity" }]).open(sealed, "/a")).toThrow(/none of the configured keys/);
  });

  it("uses the algorithms that others use", () => {
    // openssl enc -aes-256-cbc with a key of 32 bytes 01 and an initialization vector of 16 bytes 02.
    const cbc = transformerOf([{ type: "aescbc", keys: [{ name: "k", secret: new Uint8Array(32).fill(1) }] }]);
    const made = Buffer.from("3a8866ce286ef1c6577f335074483c43dccdd0f3f099395c5c2055829ffe31ae", "hex");
    const stored = Buffer.concat([Buffer.from("k8s:enc:aescbc:v1:k:"), Buffer.alloc(16, 2), made]);
    expect(text(cbc.open(stored, "/a"))).toBe('{"kind":"Secret"}');
    // NaCl's own test of secretbox.
    const secret = Buffer.from("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389", "hex");
    const nonce = Buffer.from("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37", "hex");
    const box = Buffer.from(
      "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b" +
        "4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da" +
        "99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5",
      "hex",
    );
    const nacl = transformerOf([{ type: "secretbox", keys: [{ name: "k", secret }] }]);
    const opened = nacl.open(Buffer.concat([Buffer.from("k8s:enc:secretbox:v1:k:"), nonce, box]), "/a");
    expect(Buffer.from(opened).toString("hex")).toMatch(/^be075fc53c81f2d5cf141316ebeb0c7b.*0e082f937763848645e0705$/);
  });
});

describe("createEncryptedStore", () => {
  it("keeps plaintext from the disk, and the identity of values in the process", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pinnace-encryption-"));
    const log = await openLogStore({ directory, clock });
    const store = createEncryptedStore(log, {
      transformerOf: (name) => (name.startsWith("/secrets/") ? transformerOf([PROVIDERS[0]!]) : undefined),
    });
    const value = new TextValue("hidden treasure");
    const plain = new TextValue("plain as day");
    await store.commit({
      when: [],
      then: [
        { type: "put", key: "/secrets/a", value },
        { type: "put", key: "/configmaps/a", value: plain },
      ],
    });
    const entry = await store.read("/secrets/a");
    expect([entry?.value, await store.read("/secrets/a"), (await store.read("/configmaps/a"))?.value]).toEqual([
      value,
      entry,
      plain,
    ]);
    expect(entry).toBe(await store.read("/secrets/a"));
    await log.checkpoint();
    await store.close();
    const files = await Promise.all((await readdir(directory)).map((name) => readFile(join(directory, name))));
    const disk = Buffer.concat(files);
    expect([disk.includes("hidden treasure"), disk.includes("plain as day")]).toEqual([false, true]);
    await rm(directory, { recursive: true });
  });

  it("fails with CORRUPT for a value that it cannot decrypt, and only for that", async () => {
    const memory = createMemoryStore({ clock });
    const store = encrypted(memory, transformerOf([PROVIDERS[0]!]));
    await store.commit({ when: [], then: [{ type: "put", key: "/good", value: new TextValue("x") }] });
    const foreign = new BytesValue(bytes("k8s:enc:aesgcm:v1:gcm:nonsense that is long enough"));
    await memory.commit({ when: [], then: [{ type: "put", key: "/bad", value: foreign }] });
    const { entries } = await store.list("");
    expect(text(entries.find((entry) => entry.key === "/good")?.value.bytes())).toBe("x");
    const bad = entries.find((entry) => entry.key === "/bad");
    expect(() => bad?.value.bytes()).toThrow(expect.objectContaining({ code: "CORRUPT" }));
  });
});

const secret = Buffer.alloc(32, 1).toString("base64");
const document = (resources: unknown) => ({
  kind: "EncryptionConfiguration",
  apiVersion: "apiserver.config.k8s.io/v1",
  resources,
});
const aescbc = { aescbc: { keys: [{ name: "key1", secret }] } };

describe("parseEncryptionConfiguration", () => {
  it("takes upstream's example: earlier lists come first, wildcards cover groups", () => {
    const named = (name: string) => ({ aescbc: { keys: [{ name, secret }] } });
    const find = resourceTransformers(
      parseEncryptionConfiguration(
        document([
          { resources: ["events"], providers: [{ identity: {} }] },
          { resources: ["secrets", "pandas.awesome.bears.example"], providers: [named("key1")] },
          { resources: ["*.apps"], providers: [named("key2")] },
          { resources: ["*.*"], providers: [named("key3")] },
        ]),
      ),
    );
    const keyOf = (resource: string, group = ""): string | undefined =>
      /v1:(\w+):/.exec(text(find({ group, resource })?.seal(bytes("x"), "/a")))?.[1];
    expect([
      keyOf("events"),
      keyOf("secrets"),
      keyOf("pandas", "awesome.bears.example"),
      keyOf("deployments", "apps"),
      keyOf("pods"),
    ]).toEqual([undefined, "key1", "key1", "key2", "key3"]);
    const core = resourceTransformers(
      parseEncryptionConfiguration(document([{ resources: ["*."], providers: [aescbc] }])),
    );
    expect([core({ group: "", resource: "pods" }) !== undefined, core({ group: "apps", resource: "x" })]).toEqual([
      true,
      undefined,
    ]);
  });

  it.each([
    ["no object", 5, "the document: must be an object"],
    ["another kind", { ...document([]), kind: "Pod" }, "kind: must be EncryptionConfiguration"],
    ["another version", { ...document([]), apiVersion: "v1" }, "apiVersion: must be apiserver.config.k8s.io/v1"],
    ["no resources", document([]), "resources: at least one resources is required"],
    ["no providers", document([{ resources: ["secrets"], providers: [] }]), "resources[0].providers: at least one"],
    ["capitals", document([{ resources: ["Secrets"], providers: [aescbc] }]), "should not contain capital letters"],
    ["a bare star", document([{ resources: ["*"], providers: [aescbc] }]), "use '*.' to encrypt"],
    ["twice", document([{ resources: ["pods", "pods"], providers: [aescbc] }]), "specified multiple times"],
    ["overlap", document([{ resources: ["secrets", "*."], providers: [aescbc] }]), "overlapping resources"],
    [
      "two providers in one",
      document([{ resources: ["pods"], providers: [{ ...aescbc, identity: {} }] }]),
      "more than one provider",
    ],
    ["an unknown provider", document([{ resources: ["pods"], providers: [{ rot13: {} }] }]), "expected providers"],
    ["kms", document([{ resources: ["pods"], providers: [{ kms: {} }] }]), "kms is not supported"],
    [
      "a short key",
      document([{ resources: ["pods"], providers: [{ secretbox: { keys: [{ name: "a", secret: "AAAA" }] } }] }]),
      "got 3, expected one of [32]",
    ],
    [
      "no base64",
      document([{ resources: ["pods"], providers: [{ aesgcm: { keys: [{ name: "a", secret: "!" }] } }] }]),
      "must be base64",
    ],
    [
      "a nameless key",
      document([{ resources: ["pods"], providers: [{ aesgcm: { keys: [{ secret }] } }] }]),
      "resources[0].providers[0].aesgcm.keys[0].name: name is a mandatory field",
    ],
  ])("refuses %s and says where", (_what, wrong, message) => {
    expect(() => parseEncryptionConfiguration(wrong)).toThrow(message);
  });
});
