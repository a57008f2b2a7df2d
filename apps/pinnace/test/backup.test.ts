import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBackup } from "@pinnace/backup";
import { createVirtualClock } from "@pinnace/clock";
import { createClusterPki } from "@pinnace/pki";
import { TextValue } from "@pinnace/store";
import { type LogStore, openLogStore } from "@pinnace/store-log";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkPki } from "../src/backup/check-pki.ts";
import { readPki } from "../src/backup/cluster-files.ts";
import { readPassphrase } from "../src/backup/passphrase.ts";
import { runBackup } from "../src/backup/run-backup.ts";
import { runCheck } from "../src/backup/run-check.ts";
import { runRestore } from "../src/backup/run-restore.ts";
import { openDataDirectory, requireRestored } from "../src/up/data-directory.ts";

const clock = createVirtualClock();
let root = "";
let cluster = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "pinnace-backup-"));
  cluster = join(root, "cluster");
  await mkdir(cluster);
  await createClusterPki({ clock, directory: join(cluster, "pki") });
  const store = await openLogStore({ directory: join(cluster, "store"), clock });
  for (let index = 0; index < 20; index++) await put(store, `/registry/configmaps/default/a${index % 7}`, `${index}`);
  await store.close();
});
afterAll(() => rm(root, { recursive: true }));

let folder = "";
let file = "";
let output = "";
beforeEach(async () => {
  folder = await mkdtemp(join(root, "case-"));
  file = join(folder, "cluster.backup");
  output = "";
});
afterEach(() => rm(folder, { recursive: true }));

const put = (store: LogStore, key: string, text: string) =>
  store.commit({ when: [], then: [{ type: "put", key, value: new TextValue(text) }] });
const common = {
  passphrase: async () => "correct horse",
  get now() {
    return clock.now();
  },
  write: (text: string) => {
    output += text;
  },
};
const backup = (options = {}) =>
  runBackup({ ...common, file, dataDir: cluster, overwrite: false, cost: 4, ...options });
const restore = (dataDir: string, options = {}) =>
  runRestore({ ...common, file, dataDir, replace: false, bumpRevision: 1000, ...options });
const contentOf = async (dataDir: string) => {
  const store = await openLogStore({ directory: join(dataDir, "store"), clock });
  const { entries, revision } = await store.list("");
  await store.close();
  return { revision, entries: entries.map(({ key, value }) => [key, new TextDecoder().decode(value.bytes())]) };
};

describe("backup and restore", () => {
  it("bring a cluster to another folder: objects, CA, keys", async () => {
    await backup();
    expect(output).toMatch(/7 objects at revision 21 and 14 certificates and keys, \d+ bytes; verified/);
    const target = join(folder, "new");
    await restore(target);
    expect(output).toMatch(/7 objects as of 2026-01-01T00:00:00.000Z; verified\nRevisions go on from 1021/);
    expect(await contentOf(target)).toEqual({ ...(await contentOf(cluster)), revision: 1021 });
    expect(await readPki(join(target, "pki"))).toEqual(await readPki(join(cluster, "pki")));
    expect((await stat(join(target, "pki", "ca.key"))).mode & 0o777).toBe(0o600);
    expect((await readdir(target)).toSorted()).toEqual(["pki", "store"]);
    await runCheck({ ...common, dataDir: target });
  });

  it("take what a running cluster has acknowledged", async () => {
    const running = join(folder, "running");
    await cp(cluster, running, { recursive: true, filter: (source) => !source.endsWith("/lock") });
    const store = await openLogStore({ directory: join(running, "store"), clock });
    await put(store, "/registry/configmaps/default/new", "new");
    await backup({ dataDir: running });
    await put(store, "/registry/configmaps/default/later", "later");
    await store.close();
    await restore(join(folder, "new"));
    const { entries } = await contentOf(join(folder, "new"));
    expect(entries.map(([key]) => key?.split("/").at(-1))).toContain("new");
    expect(entries.map(([key]) => key?.split("/").at(-1))).not.toContain("later");
  });

  it("replace no backup, and no cluster, unless told; put that cluster aside", async () => {
    await backup();
    await expect(backup()).rejects.toMatchObject({ code: "FILE_EXISTS" });
    await backup({ overwrite: true });
    const target = join(folder, "other");
    await cp(cluster, target, { recursive: true, filter: (source) => !source.endsWith("/lock") });
    const store = await openLogStore({ directory: join(target, "store"), clock });
    await put(store, "/mine", "precious");
    await store.close();
    await expect(restore(target)).rejects.toMatchObject({ code: "NOT_EMPTY" });
    expect((await contentOf(target)).entries).toContainEqual(["/mine", "precious"]);
    await restore(target, { replace: true });
    expect((await contentOf(target)).entries).not.toContainEqual(["/mine", "precious"]);
    const aside = (await readdir(target)).find((name) => name.startsWith("before-restore-"));
    expect((await contentOf(join(target, aside ?? ""))).entries).toContainEqual(["/mine", "precious"]);
  });

  it.each([
    ["cut", async () => truncate(file, (await stat(file)).size - 1), "DAMAGED"],
    ["another file", async () => writeFile(file, "kind: Secret\n".repeat(20)), "NOT_A_BACKUP"],
    [
      "changed",
      async () => {
        const bytes = await readFile(file);
        bytes[500]! ^= 1;
        await writeFile(file, bytes);
      },
      "DAMAGED",
    ],
    [
      "a backup of something else",
      async () =>
        void (await writeBackup(file, [], { passphrase: "correct horse", about: { kind: "boats" }, cost: 4 })),
      "NOT_A_CLUSTER",
    ],
    ["missing", () => rm(file), "ENOENT"],
  ])("touch nothing when the backup is %s", async (_what, damage, code) => {
    await backup();
    await damage();
    const target = join(folder, "new");
    await expect(restore(target)).rejects.toMatchObject({ code });
    expect(await readdir(folder)).not.toContain("new");
  });

  it("touch nothing when the passphrase is another one, or a cluster is running", async () => {
    await backup();
    await expect(restore(join(folder, "new"), { passphrase: async () => "wrong" })).rejects.toMatchObject({
      code: "PASSPHRASE",
    });
    const directory = await openDataDirectory(join(folder, "new"));
    await expect(restore(join(folder, "new"))).rejects.toMatchObject({ code: "ALREADY_RUNNING" });
    await directory.release();
    expect(await readdir(join(folder, "new"))).toEqual([]);
  });

  it("leave a sign when they were interrupted, which keeps a cluster from starting and which they remove", async () => {
    await backup();
    const target = join(folder, "new");
    await mkdir(join(target, "restoring", "store"), { recursive: true });
    const directory = await openDataDirectory(target);
    expect(() => requireRestored(directory)).toThrow(expect.objectContaining({ code: "RESTORE_INTERRUPTED" }));
    await directory.release();
    await restore(target);
    requireRestored(await openDataDirectory(target));
  });

  it("say that there is no cluster", async () => {
    await expect(backup({ dataDir: folder })).rejects.toMatchObject({ code: "NOT_A_CLUSTER" });
    await expect(runCheck({ ...common, dataDir: folder })).rejects.toMatchObject({ code: "NOT_A_CLUSTER" });
  });
});

describe("check", () => {
  it("says what it verified", async () => {
    await runCheck({ ...common, dataDir: cluster });
    expect(output).toMatch(/^✓ store: 7 objects of \d+ bytes at revision 21, history from 1; 1 file of \d+ bytes/);
    expect(output).toMatch(/✓ pki: 6 certificates and 7 keys fit; the CA ends on 20\d\d-/);
    await backup();
    output = "";
    await runCheck({ ...common, dataDir: cluster, backup: file });
    expect(output).toMatch(/^✓ backup: 15 files of 2026-01-01.*\n✓ store: .*\n✓ pki: /);
  });

  it("names all that is wrong", async () => {
    const damaged = join(folder, "damaged");
    await cp(cluster, damaged, { recursive: true });
    const log = join(damaged, "store", "log-00000000000001");
    const bytes = await readFile(log);
    bytes[100]! ^= 1;
    await writeFile(log, bytes);
    await rm(join(damaged, "pki", "sa.key"));
    await writeFile(join(damaged, "pki", "admin.crt"), "nonsense");
    await expect(runCheck({ ...common, dataDir: damaged })).rejects.toMatchObject({
      code: "CHECK_FAILED",
      message: expect.stringMatching(/store is damaged.*sa.key is missing.*admin.crt cannot be read/),
    });
    expect(output).toMatch(/✗ store: .*damaged at byte/);
  });
});

describe("checkPki", () => {
  it("finds keys and certificates that do not belong together, and an authority that has ended", async () => {
    const pki = await readPki(join(cluster, "pki"));
    expect(checkPki(pki, clock.now()).problems).toEqual([]);
    const other = join(folder, "pki");
    await createClusterPki({ clock, directory: other });
    const mixed = new Map([...pki, ["sa.pub", await readFile(join(other, "sa.pub"))] as const]);
    mixed.set("admin.crt", await readFile(join(other, "admin.crt")));
    expect(checkPki(mixed, clock.now()).problems).toEqual([
      "admin.crt and its key do not fit",
      "admin.crt was not signed by an authority of this cluster",
      "sa.pub and sa.key do not fit",
    ]);
    expect(checkPki(pki, clock.now() + 50 * 366 * 24 * 3600_000).problems).toContainEqual(
      expect.stringMatching(/^ca.crt has ended on /),
    );
  });
});

describe("readPassphrase", () => {
  const sources = { file: undefined, environment: {}, ask: undefined };
  it("takes file, environment, user, in this order", async () => {
    const path = join(folder, "passphrase");
    await writeFile(path, "from the file\r\n");
    const environment = { PINNACE_BACKUP_PASSPHRASE: "from the environment" };
    expect(await readPassphrase({ ...sources, file: path, environment }, { isNew: true })).toBe("from the file");
    expect(await readPassphrase({ ...sources, environment }, { isNew: true })).toBe("from the environment");
    const typed = ["one", "two"];
    const ask = async () => typed.shift() ?? "";
    expect(await readPassphrase({ ...sources, ask }, { isNew: false })).toBe("one");
    typed.unshift("one");
    await expect(readPassphrase({ ...sources, ask }, { isNew: true })).rejects.toMatchObject({ code: "NO_PASSPHRASE" });
  });

  it("refuses none at all", async () => {
    await expect(readPassphrase(sources, { isNew: true })).rejects.toMatchObject({ code: "NO_PASSPHRASE" });
    const environment = { PINNACE_BACKUP_PASSPHRASE: "" };
    await expect(readPassphrase({ ...sources, environment }, { isNew: true })).rejects.toMatchObject({
      code: "NO_PASSPHRASE",
    });
  });
});
