import { type Package, type Problem, packageOf, resolveImport } from "./workspace.ts";

/** Lowest first. A package may import its own layer and those before it. */
const LAYERS = ["foundations", "data", "control-plane", "node", "plugins", "users", "apps", "tools"] as const;

const ROLES = ["contract", "library", "plugin", "app", "tool"];

/**
 * Where a package sits comes from its Nx tag `layer:<name>`. Checks: tags mirror `pinnace` of package.json, imports only
 * go down, declared dependencies only go down, no cycle between packages, no import of another package by path.
 */
export function checkLayers(packages: readonly Package[]): readonly Problem[] {
  const byName = new Map(packages.map((each) => [each.manifest.name, each]));
  const problems = packages.flatMap((each) => [...checkTags(each), ...checkDirections(each, byName)]);
  return [...problems, ...checkCycles(packages, byName)];
}

const tagOf = ({ manifest }: Package, key: string): string | undefined =>
  manifest.nx?.tags?.find((tag) => tag.startsWith(`${key}:`))?.slice(key.length + 1);

function checkTags(each: Package): Problem[] {
  const { role, platform } = each.manifest.pinnace ?? {};
  const path = `${each.folder}/package.json`;
  const problems: Problem[] = [];
  if (role === undefined || !ROLES.includes(role))
    problems.push({ path, message: `pinnace.role must be one of ${ROLES}` });
  if (platform !== "neutral" && platform !== "node")
    problems.push({ path, message: "pinnace.platform must be neutral or node" });
  if (tagOf(each, "role") !== role) problems.push({ path, message: "the Nx tag role: differs from pinnace.role" });
  if (tagOf(each, "platform") !== platform)
    problems.push({ path, message: "the Nx tag platform: differs from pinnace.platform" });
  if (!LAYERS.includes(tagOf(each, "layer") as never))
    problems.push({ path, message: `the Nx tag layer: must be one of ${LAYERS}` });
  return problems;
}

function mayImport(from: Package, to: Package): boolean {
  const [upper, lower] = [tagOf(from, "layer") ?? "", tagOf(to, "layer") ?? ""];
  return LAYERS.indexOf(lower as never) <= LAYERS.indexOf(upper as never);
}

function checkDirections(each: Package, byName: Map<string, Package>): Problem[] {
  const problems: Problem[] = [];
  for (const source of each.sources) {
    for (const specifier of source.imports) {
      if (specifier.startsWith(".")) {
        const inside = resolveImport(source.path, specifier).startsWith(`${each.folder}/`);
        if (!inside) problems.push({ path: source.path, message: `${specifier} leaves the package` });
        continue;
      }
      const target = byName.get(packageOf(specifier));
      if (target !== undefined && !mayImport(each, target)) {
        problems.push({ path: source.path, message: `${specifier} is in a higher layer` });
      }
    }
  }
  for (const name of Object.keys(each.manifest.dependencies ?? {})) {
    const target = byName.get(name);
    if (target !== undefined && !mayImport(each, target)) {
      problems.push({ path: `${each.folder}/package.json`, message: `${name} is in a higher layer` });
    }
  }
  return problems;
}

function checkCycles(packages: readonly Package[], byName: Map<string, Package>): Problem[] {
  const problems: Problem[] = [];
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name);
    if (start >= 0) {
      problems.push({
        path: byName.get(name)!.folder,
        message: `cycle: ${[...trail.slice(start), name].join(" -> ")}`,
      });
      return;
    }
    if (done.has(name)) return;
    for (const next of Object.keys(byName.get(name)?.manifest.dependencies ?? {})) {
      if (byName.has(next)) visit(next, [...trail, name]);
    }
    done.add(name);
  };
  for (const each of packages) visit(each.manifest.name, []);
  return problems;
}
