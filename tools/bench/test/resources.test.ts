import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { start, until } from "../src/child.ts";
import { releaseAll, temporaryFolder } from "../src/resources.ts";

describe("what a run takes", () => {
  it("is given back at once: programs end, folders go", async () => {
    const folder = temporaryFolder("resources");
    const child = start("sleep", ["60"]);
    await releaseAll();
    expect([child.alive(), existsSync(folder)]).toEqual([false, false]);
  });

  it("says why a program cannot be started", async () => {
    const child = start("/nowhere/program", []);
    await expect(until(child, () => undefined)).rejects.toThrow("the program ended: spawn /nowhere/program ENOENT");
    await expect(child.finished()).rejects.toThrow("/nowhere/program failed: spawn /nowhere/program ENOENT");
  });

  it("says why a Go program panicked, not where", async () => {
    const child = start("sh", ["-c", "echo started; echo 'panic: disk full' >&2; echo 'main.Panicf(0x1)' >&2; exit 2"]);
    await expect(child.finished()).rejects.toThrow("sh failed: panic: disk full");
  });

  it("says the last line of a program that failed", async () => {
    const child = start("sh", ["-c", "echo first; echo the port is busy >&2; exit 3"]);
    await expect(child.finished()).rejects.toThrow("sh failed: the port is busy");
  });
});
