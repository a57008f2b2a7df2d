import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PINNACE, startCluster } from "../cluster.ts";
import { expectEqual, expectMatch } from "../expect.ts";
import { run } from "../process.ts";
import type { Report } from "../report.ts";

async function refusedUp(args: readonly string[], message: RegExp, code = 1): Promise<void> {
  const { code: actual, stderr, stdout } = await run(process.execPath, [...PINNACE, "up", ...args]);
  expectMatch(stderr, message, "standard error");
  expectEqual(actual, code, `exit code\n${stdout}`);
}

/** What `pinnace up` says to wrong flags, a busy port and a second instance: one line that names the remedy. */
export async function runRefusals(report: Report): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pinnace-refusals-"));
  const data = ["--data-dir", join(folder, "data")];
  await report.step("up: unknown flag", () => refusedUp(["--nope"], /unknown option '--nope'/));
  await report.step("up: bad number", () => refusedUp(["--port", "x"], /must be an integer from 0 to 65535/));
  await report.step("up: flags that exclude each other", () =>
    refusedUp(["--real", "--nodes", "2"], /cannot be used with/),
  );
  await report.step("up: busy port", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    try {
      await refusedUp(
        [...data, "--nodes", "0", "--port", String(port)],
        new RegExp(`error: port ${port} on 127.0.0.1 is in use; .*--port`),
      );
    } finally {
      server.close();
    }
  });
  await report.step("up: bad token file", async () => {
    const tokens = join(folder, "tokens.csv");
    writeFileSync(tokens, "only-a-token\n");
    await refusedUp([...data, "--nodes", "0", "--port", "0", "--token-auth-file", tokens], /error: .*tokens\.csv/);
  });
  await report.step("up: a data directory that is a file", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    await refusedUp(["--data-dir", file, "--port", "0"], /error: the data directory .* cannot be used/);
  });
  await report.step("up: second instance on the same data directory", async () => {
    const cluster = await startCluster({ args: ["--nodes", "0"] });
    try {
      await refusedUp(
        ["--data-dir", cluster.dataDirectory, "--port", "0"],
        /error: a cluster is running on .*--data-dir/,
      );
    } finally {
      await cluster.remove();
    }
  });
  rmSync(folder, { recursive: true });
}
