/**
 * Builds the demo image and imports it into a containerd. Usage:
 *   npm run images -- [--out FOLDER] [--import SOCKET]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildWebImage, WEB_IMAGE } from "./web-image.ts";

const { values } = parseArgs({ options: { out: { type: "string" }, import: { type: "string" } } });
if (values.out === undefined && values.import === undefined) {
  console.error("usage: npm run images -- [--out FOLDER] [--import SOCKET]");
  process.exit(2);
}
const folder = values.out ?? mkdtempSync(join(tmpdir(), "pinnace-images-"));
mkdirSync(folder, { recursive: true });
const path = join(folder, "web.tar");
writeFileSync(path, await buildWebImage());
console.log(`${WEB_IMAGE} -> ${path}`);
if (values.import !== undefined) {
  const args = ["--address", values.import, "--namespace", "k8s.io", "images", "import", path];
  execFileSync("ctr", args, { stdio: "inherit" });
}
if (values.out === undefined) rmSync(folder, { recursive: true });
