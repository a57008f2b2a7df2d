import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "@pinnace-tools/e2e";
import type { Family, Found } from "../client.ts";
import { runJsonLines } from "../json-lines.ts";
import { absent, cacheFolder, prepareOnce } from "./cache.ts";

/** What pip installs. */
const REQUIREMENT = "kubernetes==37.0.2";

const scenario = join(import.meta.dirname, "../../python/scenario.py");

/** The Python client, in a virtual environment of its own. */
export function python(root: string): Family {
  const name = "Python";
  const find = async (): Promise<Found> => {
    const why = await absent("python3", ["-c", "import venv"]);
    if (why !== undefined) return [{ name, why }];
    const folder = join(cacheFolder(root), "python");
    const program = join(folder, "bin/python");
    mkdirSync(cacheFolder(root), { recursive: true });
    const failure = await prepareOnce(join(folder, "installed"), REQUIREMENT, async () => {
      const made = await run("python3", ["-m", "venv", folder]);
      if (made.code !== 0) return made;
      return run(program, ["-m", "pip", "install", "--quiet", REQUIREMENT], { timeout: 300_000 });
    });
    if (failure !== undefined) return [{ name, why: `pip install ${REQUIREMENT}: ${failure}` }];
    const { stdout } = await run(program, ["-c", "import kubernetes; print(kubernetes.__version__)"]);
    return [
      {
        name,
        version: stdout.trim(),
        lacks: { "apply, client side": "a feature of kubectl" },
        run: ({ kubeconfig, namespace }, recorder) =>
          runJsonLines(program, [scenario, kubeconfig, namespace], recorder),
      },
    ];
  };
  return { name: "python", ci: false, find };
}
