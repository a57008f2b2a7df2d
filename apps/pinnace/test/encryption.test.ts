import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVirtualClock } from "@pinnace/clock";
import { createMemoryStore, TextValue } from "@pinnace/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encrypt } from "../src/up/encryption.ts";
import { resourceOf } from "../src/up/stored-resources.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pinnace-encryption-"));
});
afterAll(() => rm(folder, { recursive: true }));

const configuration = async (key: string, more = ""): Promise<string> => {
  const file = join(folder, "encryption.yaml");
  await writeFile(
    file,
    `kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
- resources: [secrets, pinnaces.boats.example]
  providers:
  - secretbox: { keys: [{ name: only, secret: ${Buffer.alloc(32, key).toString("base64")} }] }
${more}`,
  );
  return file;
};
const put = (key: string) => ({ when: [], then: [{ type: "put", key, value: new TextValue("treasure") }] }) as const;

it.each([
  ["/registry/secrets/default/a", "secrets."],
  ["/registry/deployments/default/a", "deployments.apps"],
  ["/registry/services/specs/default/a", "services."],
  ["/registry/apiregistration.k8s.io/apiservices/v1.apps", "apiservices.apiregistration.k8s.io"],
  ["/registry/events/default/a", "events."],
  ["/registry/boats.example/pinnaces/default/a", "pinnaces.boats.example"],
])("%s is of %s", (key, expected) => {
  const { resource, group } = resourceOf(key) ?? {};
  expect(`${resource}.${group}`).toBe(expected);
});

it("knows that other keys are of no resource", () => {
  expect(resourceOf("/pinnace/allocator")).toBeUndefined();
});

it("encrypts what the file names, and nothing else", async () => {
  const memory = createMemoryStore({ clock: createVirtualClock() });
  const store = await encrypt(memory, await configuration("a"));
  const keys = ["/registry/secrets/a/b", "/registry/boats.example/pinnaces/a/b", "/registry/configmaps/a/b"];
  for (const key of keys) await store.commit(put(key));
  const stored = await Promise.all(
    keys.map(async (key) => new TextDecoder().decode((await memory.read(key))?.value.bytes()).slice(0, 8)),
  );
  expect(stored).toEqual(["k8s:enc:", "k8s:enc:", "treasure"]);
});

it("says at once that what is stored cannot be decrypted, or that the file is wrong", async () => {
  const memory = createMemoryStore({ clock: createVirtualClock() });
  await memory.commit(put("/registry/secrets/a/b"));
  await expect(encrypt(memory, await configuration("a"))).rejects.toMatchObject({ code: "CORRUPT" });
  const store = await encrypt(memory, await configuration("a", "  - identity: {}\n"));
  expect(new TextDecoder().decode((await store.read("/registry/secrets/a/b"))?.value.bytes())).toBe("treasure");
  await expect(encrypt(memory, join(folder, "missing"))).rejects.toMatchObject({ code: "ENCRYPTION_CONFIG" });
  await writeFile(join(folder, "wrong.yaml"), "kind: Pod");
  await expect(encrypt(memory, join(folder, "wrong.yaml"))).rejects.toThrow(/wrong.yaml cannot be used: kind: must be/);
});
