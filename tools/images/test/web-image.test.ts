import { existsSync } from "node:fs";
import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { expect, it } from "vitest";
import { buildWebImage, WEB_IMAGE } from "../src/index.ts";

const there = existsSync("/bin/busybox");

async function read(archive: Uint8Array): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const reader = Readable.from([archive]).pipe(extract());
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files.set(entry.header.name, entry.header.linkname ?? Buffer.concat(chunks).toString("latin1"));
  }
  return files;
}

it.skipIf(!there)(`builds the same archive twice${there ? "" : " (not run: no busybox-static)"}`, async () => {
  const [first, second] = [await buildWebImage(), await buildWebImage()];
  expect(Buffer.compare(first, second)).toBe(0);
});

it.skipIf(!there)(`holds one image of one layer${there ? "" : " (not run: no busybox-static)"}`, async () => {
  const files = await read(await buildWebImage());
  const index = JSON.parse(files.get("index.json")!);
  expect(index.manifests).toHaveLength(1);
  expect(index.manifests[0].annotations["io.containerd.image.name"]).toBe(WEB_IMAGE);
  const blob = (digest: string): string => files.get(`blobs/sha256/${digest.replace("sha256:", "")}`)!;
  const manifest = JSON.parse(blob(index.manifests[0].digest));
  const layer = await read(Buffer.from(blob(manifest.layers[0].digest), "latin1"));
  expect(layer.get("bin/sh")).toBe("busybox");
  expect(layer.get("bin/httpd")).toBe("busybox");
});

it("says what to install when there is no busybox", async () => {
  await expect(buildWebImage("/nonexistent/busybox")).rejects.toThrow("apt-get install -y busybox-static");
});
