import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import type { CniAnswer, CniInvocation } from "../agent/dispatch.ts";
import { CniError } from "../contract.ts";

/** The first executable with the name of the type. Throws code 5 when no directory has it. */
export async function findExecutable(type: string, directories: readonly string[]): Promise<string> {
  for (const directory of directories) {
    const path = join(directory, type);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {} // not in this folder
  }
  throw new CniError(5, `failed to find plugin ${JSON.stringify(type)} in path`, directories.join(":"));
}

/** Calls a CNI executable. What it wrote to standard error becomes the message when it failed without an answer. */
export function runExecutable(
  path: string,
  { environment, input }: CniInvocation,
  signal: AbortSignal,
): Promise<CniAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, [], { env: environment, signal });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", (error) => reject(new CniError(5, `cannot run ${path}`, error.message)));
    child.on("close", (code) => {
      const silent = code !== 0 && output.trim() === "";
      const message = { code: 999, msg: `netplugin failed with no error message: ${errors.trim()}` };
      resolve({ exitCode: code ?? 1, output: silent ? JSON.stringify(message) : output });
    });
    child.stdin.on("error", () => undefined); // a program that fails at once closes its end first
    child.stdin.end(input);
  });
}
