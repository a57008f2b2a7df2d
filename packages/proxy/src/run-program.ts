import { spawn } from "node:child_process";
import { CodedError } from "@pinnace/errors";
import type { Run } from "./service-proxy.ts";

/** Runs a program to its end. Rejects with `PROGRAM_FAILED` and what it wrote to standard error. */
export const runProgram: Run = (command, args, stdin = "") =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args);
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
