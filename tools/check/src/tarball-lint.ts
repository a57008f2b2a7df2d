import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { problemAffectsResolutionKind } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import type { Problem } from "./workspace.ts";

/** How a user's compiler finds an ES module: the profile `esm-only` of attw. */
const RESOLUTIONS = ["node16-esm", "bundler"] as const;

/** What a tarball must have besides its code. */
const WANTED = ["package.json", "LICENSE", "README.md"];

/** Keys and conditions of a source package.json that mean nothing, or harm, outside the repository. */
const REPOSITORY_ONLY = /"(?:@pinnace\/source|nx|scripts|devDependencies)":/g;

/** Asks publint and "are the types wrong" about each tarball, and looks at its files and manifest. */
export async function lintTarballs(paths: readonly string[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const path of paths) {
    const data = new Uint8Array(readFileSync(path));
    const found = [...contentProblems(data), ...(await publintProblems(data)), ...(await typeProblems(data))];
    problems.push(...found.map((message) => ({ path: basename(path), message })));
  }
  return problems;
}

function contentProblems(data: Uint8Array): readonly string[] {
  const content = createPackageFromTarballData(data);
  const folder = `/node_modules/${content.packageName}/`;
  return tarballProblems(
    content.listFiles().map((name) => name.slice(folder.length)),
    content.readFile(`${folder}package.json`),
  );
}

/** What the file names and the manifest of a tarball lack, or have too much. */
function tarballProblems(names: readonly string[], manifest: string): readonly string[] {
  const missing = WANTED.filter((name) => !names.includes(name)).map((name) => `no ${name}`);
  const sources = names.filter((name) => /(?<!\.d)\.ts$/.test(name)).map((name) => `contains ${name}`);
  const keys = [...manifest.matchAll(REPOSITORY_ONLY)].map(([key]) => `package.json has ${key.slice(0, -1)}`);
  return [...missing, ...sources, ...keys];
}

async function publintProblems(data: Uint8Array<ArrayBuffer>): Promise<readonly string[]> {
  const { messages, pkg } = await publint({ pack: { tarball: data.buffer }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`);
}

async function typeProblems(data: Uint8Array): Promise<readonly string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(data));
  if (!analysis.types) return ["attw: no types"];
  return analysis.problems
    .filter((problem) => RESOLUTIONS.some((kind) => problemAffectsResolutionKind(problem, kind, analysis)))
    .map((problem) => `attw: ${JSON.stringify(problem)}`);
}
