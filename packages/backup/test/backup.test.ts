import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BackupFile, folderSink, readBackup, verifyBackup, writeBackup } from "../src/index.ts";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pinnace-backup-"));
  path = join(folder, "cluster.backup");
});
afterEach(() => rm(folder, { recursive: true }));

const PASSPHRASE = "correct horse";
/** Cheap: the tests do not defend anything. */
const options = { passphrase: PASSPHRASE, about: { cluster: "boats" }, cost: 4 };

function file(name: string, bytes: Uint8Array): BackupFile {
  return {
    path: name,
    size: bytes.length,
    async *read() {
      for (let start = 0; start < bytes.length; start += 10_000) yield bytes.subarray(start, start + 10_000);
    },
  };
}

/** Bytes that no compression makes smaller. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let state = 1, index = 0; index < length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}

const files = (): BackupFile[] => [
  file("pki/ca.key", new TextEncoder().encode("-----BEGIN PRIVATE KEY-----")),
  file("store/log-1", noise(300_000)),
  file("empty", new Uint8Array()),
];

describe("a backup", () => {
  it("gives back what went in, to its owner alone", async () => {
    const written = await writeBackup(path, files(), options);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(written.size).toBe((await stat(path)).size);
    expect(await verifyBackup(path, PASSPHRASE)).toEqual({ files: written.files, about: { cluster: "boats" } });
    await readBackup(path, PASSPHRASE, folderSink(join(folder, "out")));
    expect(await readFile(join(folder, "out/pki/ca.key"), "utf8")).toBe("-----BEGIN PRIVATE KEY-----");
    expect(Buffer.compare(await readFile(join(folder, "out/store/log-1")), noise(300_000))).toBe(0);
    expect((await stat(join(folder, "out/empty"))).size).toBe(0);
    expect((await stat(join(folder, "out/pki/ca.key"))).mode & 0o777).toBe(0o600);
  });

  it("shows nothing of its content, and is another one each time", async () => {
    await writeBackup(path, files(), options);
    const first = await readFile(path);
    await writeBackup(path, files(), options);
    const second = await readFile(path);
    expect(first.includes("PRIVATE KEY") || first.includes("pki")).toBe(false);
    expect(second.subarray(0, 200).equals(first.subarray(0, 200))).toBe(false);
    expect(second.length).toBe(first.length);
  });

  it("takes no files at all", async () => {
    await writeBackup(path, [], options);
    expect((await verifyBackup(path, PASSPHRASE)).files).toEqual([]);
  });

  it("is refused with another passphrase, and not for its Unicode form", async () => {
    await writeBackup(path, files(), { ...options, passphrase: "Caf\u00e9" });
    await expect(verifyBackup(path, "Cafe")).rejects.toMatchObject({ code: "PASSPHRASE" });
    await verifyBackup(path, "Cafe\u0301");
  });

  it("is refused when it is cut anywhere", async () => {
    await writeBackup(path, files(), options);
    const whole = await readFile(path);
    const lengths = [0, 1, 14, 40, 64, 65, 66, 80, 200, 65_600, 65_617, 65_618, whole.length - 17, whole.length - 1];
    for (const length of lengths) {
      await writeFile(path, whole.subarray(0, length));
      const refusal = await verifyBackup(path, PASSPHRASE).catch((error) => error.code);
      expect(["DAMAGED", "NOT_A_BACKUP"], `cut at ${length}`).toContain(refusal);
    }
    await writeFile(path, Buffer.concat([whole, Buffer.alloc(1)]));
    await expect(verifyBackup(path, PASSPHRASE)).rejects.toMatchObject({ code: "DAMAGED" });
  });

  it("is refused when any byte is another one, or chunks change places", async () => {
    await writeBackup(path, files(), options);
    const whole = await readFile(path);
    for (let position = 0; position < whole.length; position += position < 70 ? 1 : 9_973) {
      const damaged = Buffer.from(whole);
      damaged[position]! ^= 1;
      await writeFile(path, damaged);
      const refusal = await verifyBackup(path, PASSPHRASE).catch((error) => error.code);
      // A byte of the cost would ask for more or less memory: then the key is another one.
      expect(["DAMAGED", "NOT_A_BACKUP", "VERSION", "PASSPHRASE"], `byte ${position}`).toContain(refusal);
    }
    const [start, chunk] = [65, 65_552];
    const swapped = Buffer.concat([
      whole.subarray(0, start),
      whole.subarray(start + chunk, start + 2 * chunk),
      whole.subarray(start, start + chunk),
      whole.subarray(start + 2 * chunk),
    ]);
    await writeFile(path, swapped);
    await expect(verifyBackup(path, PASSPHRASE)).rejects.toMatchObject({ code: "DAMAGED" });
  });

  it("is no other file, and of no later version", async () => {
    await writeFile(path, "apiVersion: v1\n".repeat(100));
    await expect(verifyBackup(path, PASSPHRASE)).rejects.toMatchObject({ code: "NOT_A_BACKUP" });
    await writeBackup(path, files(), options);
    const later = await readFile(path);
    later[15] = 2;
    await writeFile(path, later);
    await expect(verifyBackup(path, PASSPHRASE)).rejects.toMatchObject({ code: "VERSION" });
  });

  it("leaves nothing behind when it fails, and the one before as it was", async () => {
    await writeBackup(path, files(), options);
    const before = await readFile(path);
    const short: BackupFile = { ...file("short", noise(5)), size: 6 };
    await expect(writeBackup(path, [short], options)).rejects.toThrow("changed while it was read");
    const failing: BackupFile = {
      path: "failing",
      size: 1,
      // biome-ignore lint/correctness/useYield: it fails before.
      async *read() {
        throw new Error("EIO");
      },
    };
    await expect(writeBackup(path, [failing], options)).rejects.toThrow("EIO");
    expect([await readdir(folder), (await readFile(path)).equals(before)]).toEqual([["cluster.backup"], true]);
  });

  it("writes no file outside of the folder that it is put into", async () => {
    await writeBackup(path, [file("../outside", noise(5))], options).catch(() => undefined);
    await expect(readBackup(path, PASSPHRASE, folderSink(join(folder, "out")))).rejects.toThrow();
    expect(await readdir(folder)).not.toContain("outside");
  });
});
