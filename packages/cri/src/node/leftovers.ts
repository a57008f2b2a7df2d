import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { socketOf } from "./containerd-config.ts";

const execute = promisify(execFile);

/**
 * Ends the daemon of a containerd directory and its shims, with their containers: both outlive whoever started them.
 * They carry the directory's paths in their arguments.
 */
export async function endProcesses(directory: string): Promise<void> {
  const [config, socket] = [join(directory, "config.toml"), socketOf(directory)];
  const shims: number[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const [program = "", ...args] = (await readText(`/proc/${pid}/cmdline`)).split("\0");
    if (/(^|\/)containerd$/.test(program) && args.includes(config)) end(pid);
    if (program.includes("containerd-shim") && args.includes(socket)) shims.push(pid);
  }
  for (const pid of shims) await endShim(pid);
}

/** A shim's containers die with it only when their processes are killed first. */
async function endShim(pid: number): Promise<void> {
  const children = await readText(`/proc/${pid}/task/${pid}/children`);
  for (const child of children.trim().split(" ").filter(Boolean).map(Number)) end(child);
  end(pid);
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as { code?: string }).code !== "ESRCH") throw error;
  }
}

/** "" when the process has just ended. */
function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

/** Unmounts everything below a folder, deepest first. Mounts that end meanwhile are no failure. */
export async function unmountBelow(directory: string): Promise<void> {
  for (const path of await mountsBelow(directory)) {
    try {
      await execute("umount", ["--lazy", path]);
    } catch (error) {
      if ((await mountsBelow(directory)).includes(path)) throw error;
    }
  }
}

async function mountsBelow(directory: string): Promise<readonly string[]> {
  const lines = (await readFile("/proc/self/mounts", "utf8")).split("\n");
  const paths = lines.map((line) => (line.split(" ")[1] ?? "").replace(/\\040/g, " "));
  return paths.filter((path) => path.startsWith(`${directory}/`)).sort((a, b) => b.length - a.length);
}
