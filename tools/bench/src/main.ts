/** Runs one scenario: `npm run bench -- <scenario> [options]`. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const scenarios = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(entry.parentPath, entry.name, "main.ts")))
  .map((entry) => entry.name);
const [, , scenario = ""] = process.argv;
if (scenarios.includes(scenario)) {
  await import(`./${scenario}/main.ts`);
} else {
  console.error(`usage: npm run bench -- <${scenarios.join("|")}> [options]`);
  process.exitCode = 2;
}
