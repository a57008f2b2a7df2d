import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { CodedError } from "@pinnace/errors";
import type { CniComponents } from "../contract.ts";

/**
 * What the host gives a plugin: a state directory of its own (made when it is missing) and programs of this machine.
 * `run` rejects with `PROGRAM_FAILED` and what the program wrote to standard error.
 */
export async function createCniComponents(options: { readonly stateDirectory: string }): Promise<CniComponents> {
  await mkdir(options.stateDirectory, { recursive: true, mode: 0o700 });
  return { stateDirectory: options.stateDirectory, run };
}

const run: CniComponents["run"] = (command, args, { stdin = "", signal } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, signal === undefined ? {} : { signal });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", (cause) => reject(new CodedError("PROGRAM_FAILED", `${command}: ${cause.message}`, { cause })));
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new CodedError("PROGRAM_FAILED", errors.trim() || `${command} ended with ${code}`));
    });
    child.stdin.on("error", () => undefined); // a program that fails at once closes its end first
    child.stdin.end(stdin);
  });
