import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumFlags, chromiumPath } from "./chromium.ts";

const root = join(import.meta.dirname, "..");
const outDir = mkdtempSync(join(tmpdir(), "example-browser-"));

beforeAll(async () => {
  await build({ root, configFile: join(root, "vite.config.ts"), logLevel: "error", build: { outDir } });
}, 60_000);
afterAll(() => rmSync(outDir, { recursive: true }));

it("bundles a whole cluster without a module of Node", () => {
  const scripts = readdirSync(join(outDir, "assets")).filter((name) => name.endsWith(".js"));
  expect(scripts.length).toBeGreaterThan(1);
  for (const name of scripts) {
    const text = readFileSync(join(outDir, "assets", name), "utf8");
    expect(text, name).not.toMatch(/(?:from|import|require\()\s*\(?["'`]node:|__vite-browser-external/);
  }
});

const why = chromiumPath === undefined ? " (skipped: there is no Chromium on this machine)" : "";

describe.skipIf(chromiumPath === undefined)(`in Chromium${why}`, () => {
  let server: PreviewServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    server = await preview({
      root,
      configFile: false,
      logLevel: "error",
      build: { outDir },
      preview: { port: 0, host: "127.0.0.1" },
    });
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: [...chromiumFlags] });
    page = await browser.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await page.goto(server.resolvedUrls?.local[0] ?? "");
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const pods = (kind: string): ReturnType<Page["locator"]> => page.locator(`.pod.${kind}`);
  const inTime = { timeout: 15_000, interval: 50 };

  it("runs three pods of a Deployment", async () => {
    await expect.poll(() => page.locator("body").getAttribute("data-running"), inTime).toBe("3");
    expect(await pods("Running").count()).toBe(3);
    await expect
      .poll(() => page.locator("#status").textContent(), inTime)
      .toMatch(/^three pods were running after \d+ ms$/);
  });

  it("scales, and shows what happened", async () => {
    await page.click("#more");
    await expect.poll(() => pods("Running").count(), inTime).toBe(4);
    expect(await page.locator("#events").textContent()).toContain("ScalingReplicaSet");
  });

  it("notices that a node is gone", async () => {
    await page.selectOption("#rate", "600");
    await page.click(".node button");
    await expect.poll(() => page.locator(".node.down").count(), inTime).toBe(1);
  });

  it("reports no error", () => {
    expect(problems).toEqual([]);
  });
});
