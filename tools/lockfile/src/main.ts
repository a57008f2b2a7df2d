/**
 * Adds the optional platform packages that a registry mirror does not have to package-lock.json. npm leaves them out when
 * it writes the lockfile, and then `npm ci` refuses that lockfile. Run it after each change of dependencies.
 */
import { readFileSync, writeFileSync } from "node:fs";

interface Entry {
  version: string;
  dev?: boolean;
  optionalDependencies?: Record<string, string>;
}

const OS = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32", "aix"];
const CPU = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64", "wasm32"];

const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Entry> };
let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lock.packages[`${path}/node_modules/${name}`] || lock.packages[`node_modules/${name}`]) continue;
    const words = name.split(/[/-]/);
    const os = OS.find((word) => words.includes(word));
    const cpu = CPU.find((word) => words.includes(word));
    if (cpu === undefined || (os === undefined && cpu !== "wasm32") || !/^\d/.test(version)) {
      throw new Error(`cannot complete ${name}@${version} of ${path}`);
    }
    lock.packages[`node_modules/${name}`] = {
      version,
      ...{ cpu: [cpu] },
      ...(entry.dev ? { dev: true } : {}),
      ...{ optional: true },
      ...(os === undefined ? {} : { os: [os] }),
      ...(words.includes("musl") ? { libc: ["musl"] } : {}),
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: added ${added} entries`);
