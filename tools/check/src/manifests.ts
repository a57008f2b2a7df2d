import { isBuiltin } from "node:module";
import { type Manifest, type Package, type Problem, packageOf } from "./workspace.ts";

/**
 * Each package's manifest says what its sources do: every import is declared, a published package imports all that it
 * declares, entry points exist, `./module` is exported where `src/module.ts` is, and `dist` is what is published.
 */
export function checkManifests(packages: readonly Package[]): readonly Problem[] {
  const plugins = packages.filter(({ manifest }) => manifest.pinnace?.role === "plugin");
  const discovered = new Set(plugins.map(({ manifest }) => manifest.name));
  return packages.flatMap((each) => {
    const messages = [
      ...checkDependencies(each, discovered),
      ...checkEntryPoints(each),
      ...checkPublishing(each.manifest),
    ];
    return messages.map((message) => ({ path: `${each.folder}/package.json`, message }));
  });
}

/** `discovered`: packages that an app declares and finds in their folder, without an import. */
function checkDependencies({ manifest, sources }: Package, discovered: ReadonlySet<string>): readonly string[] {
  const published = manifest.private !== true;
  const app = manifest.pinnace?.role === "app";
  const specifiers = sources
    .flatMap(({ imports }) => imports)
    .filter((name) => !name.startsWith(".") && !isBuiltin(name));
  const imported = new Set(specifiers.map(packageOf));
  imported.delete(manifest.name);
  const declared = { ...manifest.devDependencies, ...manifest.dependencies, ...manifest.peerDependencies };
  // What is private takes what is not ours from the repository's root.
  const undeclared = [...imported].filter((name) => !(name in declared) && (published || name.startsWith("@pinnace")));
  const unused = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
    (name) => published && !imported.has(name) && !(app && discovered.has(name)),
  );
  return [
    ...undeclared.map((name) => `${name} is imported but not declared`),
    ...unused.map((name) => `${name} is declared but not imported`),
  ];
}

function checkEntryPoints({ folder, manifest, sources }: Package): readonly string[] {
  const paths = new Set(sources.map(({ path }) => path));
  const entries = Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) => {
    const source = typeof target === "object" ? target["@pinnace/source"] : undefined;
    return source === undefined ? [] : [{ entry, path: `${folder}/${source.slice(2)}` }];
  });
  const missing = entries.filter(({ path }) => !paths.has(path)).map(({ entry, path }) => `${entry}: no ${path}`);
  const hasModule = paths.has(`${folder}/src/module.ts`);
  const exportsModule = manifest.exports?.["./module"] !== undefined;
  const module = hasModule && !exportsModule ? ["src/module.ts is not exported as ./module"] : [];
  return [...missing, ...module];
}

function checkPublishing({ private: internal, publishConfig, scripts }: Manifest): readonly string[] {
  if (internal === true) return [];
  return [
    ...(publishConfig?.directory === "dist" ? [] : ['publishConfig.directory must be "dist"']),
    ...(scripts?.prepack?.endsWith("refuse-pack.ts") ? [] : ["scripts.prepack must refuse to pack the source folder"]),
  ];
}
