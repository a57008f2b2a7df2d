import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { examplesOf, packageDocumentation, renderReadme } from "@pinnace-tools/readme";
import type { Package, Problem } from "./workspace.ts";

/** Each library's README says what its entry point says, has an example, and all examples compile strictly. */
export function checkReadmes(root: string, packages: readonly Package[]): readonly Problem[] {
  const libraries = packages.filter(({ folder }) => /^(packages|plugins)\//.test(folder));
  const texts = libraries.flatMap((each) => checkText(root, each));
  return [...texts, ...compileExamples(root, libraries)];
}

function checkText(root: string, { folder, manifest }: Package): Problem[] {
  const path = `${folder}/README.md`;
  const documentation = packageDocumentation(readFileSync(join(root, folder, "src/index.ts"), "utf8"));
  if (documentation === undefined) return [{ path: `${folder}/src/index.ts`, message: "no @packageDocumentation" }];
  if (examplesOf(documentation).length === 0)
    return [{ path: `${folder}/src/index.ts`, message: "no example in @packageDocumentation" }];
  const readme = existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
  const wanted = renderReadme(manifest.name, documentation, true);
  return readme === wanted
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
    .filter(Boolean)
    .map((line) => ({ path: "README example", message: line }));
}
