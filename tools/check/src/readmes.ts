import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { examplesOf, packageDocumentation, renderReadme } from "@pinnace-tools/readme";
import type { Package, Problem } from "./workspace.ts";

/** Each published package's README says what its entry point says, has an example, and all examples compile strictly. */
export function checkReadmes(root: string, packages: readonly Package[]): readonly Problem[] {
  const published = packages.filter(({ manifest }) => manifest.private !== true);
  const texts = published.flatMap((each) => checkText(root, each));
  return [...texts, ...compileExamples(root, published)];
}

function checkText(root: string, { folder, manifest }: Package): Problem[] {
  const main = manifest.exports?.["."];
  const entry = posix.join(folder, (typeof main === "object" ? main["@pinnace/source"] : undefined) ?? "src/index.ts");
  const documentation = packageDocumentation(readFileSync(join(root, entry), "utf8"));
  if (documentation === undefined) return [{ path: entry, message: "no @packageDocumentation" }];
  const command = manifest.bin !== undefined;
  const hasExample = command ? documentation.includes("```sh\n") : examplesOf(documentation).length > 0;
  if (!hasExample) return [{ path: entry, message: "no example in @packageDocumentation" }];
  const path = `${folder}/README.md`;
  const readme = existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
  return readme === renderReadme({ name: manifest.name, command, documentation })
    ? []
    : [{ path, message: "differs from the entry point's documentation; run npm run readme" }];
}

function compileExamples(root: string, packages: readonly Package[]): Problem[] {
  // Inside a workspace folder, so that bare specifiers resolve as they would for a user.
  const folder = join(root, "node_modules/.cache/readme-examples");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const sources = [...packages.map((each) => each.folder), "."];
  for (const each of sources) {
    const readme = join(root, each, "README.md");
    const examples = existsSync(readme) ? examplesOf(readFileSync(readme, "utf8")) : [];
    for (const [index, text] of examples.entries()) {
      writeFileSync(join(folder, `${each.replaceAll("/", "--")}--${index + 1}.ts`), `${text}\nexport {};\n`);
    }
  }
  const compilerOptions = {
    ...{ noEmit: true, incremental: false, rootDir: root, tsBuildInfoFile: null },
    ...{ declaration: false, isolatedDeclarations: false }, // people write examples without them
  };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["*.ts"], exclude: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { stdout, status } = spawnSync("tsc", ["-p", folder], { encoding: "utf8", cwd: root });
  if (status === 0) return [];
  return stdout
    .split("\n")
    .filter((line) => line.includes("readme-examples/")) // the rest is for the type check to say
    .map((line) => ({ path: "README example", message: line }));
}
