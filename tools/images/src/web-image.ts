import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { buildImageArchive, type ImageFile } from "@pinnace/cri/node";

/** busybox with all its commands; by default it serves `/www` on port 8080. */
export const WEB_IMAGE = "localhost/pinnace/web:1";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Debian's busybox-static: any busybox will do that needs no libraries. */
const BUSYBOX = "/bin/busybox";

/** The image as an OCI archive, from the machine's busybox-static. Rejects with what to install when it is not there. */
export async function buildWebImage(busybox: string = BUSYBOX): Promise<Uint8Array> {
  const content = await readFile(busybox).catch((cause: unknown) => {
    throw new Error(`${busybox} cannot be read: install it with "apt-get install -y busybox-static"`, { cause });
  });
  const { stdout } = await promisify(execFile)(busybox, ["--list"]);
  const names = stdout.split("\n").filter((name) => name !== "" && name !== "busybox");
  const links: readonly ImageFile[] = names.map((name) => ({ path: `bin/${name}`, link: "busybox" }));
  return buildImageArchive({
    reference: WEB_IMAGE,
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    files: [
      { path: "bin/busybox", content, mode: 0o755 },
      ...links,
      {
        path: "etc/passwd",
        content: text("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
      },
      { path: "etc/group", content: text("root:x:0:\nnobody:x:65534:\n") },
      { path: "tmp", directory: true, mode: 0o1777 },
      { path: "root", directory: true, mode: 0o700 },
      { path: "www/index.html", content: text("it works\n") },
    ],
    command: ["sh", "-c", "hostname > /tmp/hostname; exec httpd -f -p 8080 -h /www"],
  });
}
