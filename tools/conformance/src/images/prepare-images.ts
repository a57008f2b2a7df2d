import { existsSync } from "node:fs";
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildImageArchive, PAUSE_IMAGE } from "@pinnace/cri/node";
import { messageOf } from "@pinnace/errors";
import { run } from "@pinnace-tools/e2e";
import { firstLine } from "../outcome.ts";
import { type Recipe, recipes } from "./recipes.ts";

interface PrepareOptions {
  /** References that the specs use. */
  readonly wanted: readonly string[];
  /** Path of the agnhost program. */
  readonly agnhost: string;
  /** Where archives are kept. */
  readonly cache: string;
  /** containerd's socket. */
  readonly socket: string;
  said(line: string): void;
}

/** `registry.k8s.io/e2e-test-images/agnhost:2.63.0` → `agnhost` */
const imageName = (reference: string): string => (reference.split("/").at(-1) ?? "").replace(/[:@].*$/, "");

/** Specs expect that these cannot be pulled. */
const ABSENT_ON_PURPOSE = /^(invalid\.|gcr\.io\/k8s-authenticated-test\/|gcr\.io\/authenticated-)/;

/**
 * Makes and imports stand-ins for the images that specs use, under the names that they use. Resolves to the images that
 * could not be had, by the last part of their name, with the reason.
 */
export async function prepareImages(options: PrepareOptions): Promise<ReadonlyMap<string, string>> {
  const wanted = options.wanted.filter((reference) => !ABSENT_ON_PURPOSE.test(reference));
  const byName = Map.groupBy(wanted, imageName);
  const missing = new Map<string, string>([...byName.keys()].map((name) => [name, "it is not made of packages"]));
  for (const recipe of recipes(options.agnhost)) {
    const references = byName.get(recipe.name);
    if (references === undefined) continue;
    options.said(`image ${recipe.name}`);
    const why = await provide(recipe, references, options);
    if (why === undefined) missing.delete(recipe.name);
    else missing.set(recipe.name, why);
  }
  const pauses = byName.get("pause");
  if (pauses !== undefined && (await tagAll(PAUSE_IMAGE, pauses, options.socket)) === undefined)
    missing.delete("pause");
  return missing;
}

/** Resolves to why it failed. */
async function provide(
  recipe: Recipe,
  references: readonly string[],
  options: PrepareOptions,
): Promise<string | undefined> {
  const reference = `localhost/pinnace-conformance/${recipe.name}:1`;
  try {
    const archive = await archiveOf(recipe, reference, options);
    const { code, stderr } = await ctr(options.socket, ["images", "import", archive]);
    if (code !== 0) return firstLine(stderr);
    return await tagAll(reference, references, options.socket);
  } catch (error) {
    return firstLine(messageOf(error)).slice(0, 200);
  }
}

async function tagAll(from: string, references: readonly string[], socket: string): Promise<string | undefined> {
  const { code, stderr } = await ctr(socket, ["images", "tag", "--force", from, ...references]);
  return code === 0 ? undefined : firstLine(stderr);
}

const ctr = (socket: string, args: readonly string[]): ReturnType<typeof run> =>
  run("ctr", ["--address", socket, "--namespace", "k8s.io", ...args], { timeout: 300_000 });

/** Part of the names of archives: another number makes them anew. */
const RECIPES = 4;

async function archiveOf(recipe: Recipe, reference: string, { agnhost, cache }: PrepareOptions): Promise<string> {
  const { size, mtimeMs } = await stat(agnhost);
  const path = join(cache, `${recipe.name}-${RECIPES}-${size}-${Math.round(mtimeMs)}.tar`);
  if (existsSync(path)) return path;
  await mkdir(cache, { recursive: true });
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const content = await buildImageArchive({ reference, architecture, ...(await recipe.make()) });
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path); // an interrupted run leaves no half archive
  return path;
}
