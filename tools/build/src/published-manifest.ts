/** A package.json: any JSON object. */
export type Manifest = Readonly<Record<string, unknown>>;

/** The folder that a package publishes; everything in it goes into the tarball. */
export const PUBLISHED_FOLDER = "dist";

/** What only the repository needs. The condition `@pinnace/source` would make a host that runs from source load ours. */
const REPOSITORY_ONLY = ["nx", "scripts", "devDependencies", "files"];
const SOURCE_CONDITION = "@pinnace/source";

/** The package.json that lies in `dist` and is published: paths relative to `dist`, nothing that only the repository needs. */
export function publishedManifest(manifest: Manifest): Manifest {
  const kept = Object.entries(manifest).filter(([key]) => !REPOSITORY_ONLY.includes(key));
  const { directory: _, ...publishConfig } = (manifest.publishConfig ?? {}) as Manifest;
  return { ...(moved(Object.fromEntries(kept)) as Manifest), publishConfig };
}

/** `./dist/x` becomes `./x`, in exports and in bin. */
function moved(value: unknown): unknown {
  if (typeof value === "string") return value.replace(new RegExp(`^\\./${PUBLISHED_FOLDER}/`), "./");
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== SOURCE_CONDITION);
  return Object.fromEntries(entries.map(([key, inner]) => [key, moved(inner)]));
}
