import { accessSync, constants, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The version whose texts were recorded. */
const VERSION = "1.33";

/**
 * The kubectl to replay with: the first on PATH, or its neighbour `kubectl.1.33` where several versions are installed
 * beside each other; undefined when there is none.
 */
export function findKubectl(path: string = process.env.PATH ?? ""): string | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, "kubectl");
    if (!isExecutable(file)) continue;
    const home = dirname(realpathSync(file));
    const versioned = `kubectl.${VERSION}`;
    return readdirSync(home).includes(versioned) ? join(home, versioned) : file;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // what cannot be run is no kubectl
  }
}
