import { spawn } from "node:child_process";
import { NODE_PACKAGES } from "@pinnace/cri/node";
import { AppError } from "../app-error.ts";

/** Installs what a real node needs with apt-get. Rejects with `INSTALL_FAILED`. */
export async function installPackages(): Promise<void> {
  await apt(["update", "-q"]);
  await apt(["install", "-y", "-q", "--no-install-recommends", ...NODE_PACKAGES]);
}

function apt(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const child = spawn("apt-get", args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    const fail = (why: string): void =>
      reject(
        new AppError("INSTALL_FAILED", `apt-get ${args[0]}: ${why}`, {
          remedy: "--install-packages works on Debian and Ubuntu, as root",
        }),
      );
    child.on("error", (error) => fail(error.message));
    child.on("close", (code) =>
      code === 0 ? resolve() : fail(errors.trim().split("\n").at(-1) ?? `exit code ${code}`),
    );
  });
}
