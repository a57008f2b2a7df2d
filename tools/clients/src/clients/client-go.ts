import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "@pinnace-tools/e2e";
import type { Family, Found } from "../client.ts";
import { runJsonLines } from "../json-lines.ts";
import { absent, cacheFolder, prepareOnce } from "./cache.ts";

const source = join(import.meta.dirname, "../../go");

function digestOfSource(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(source).sort()) hash.update(name).update(readFileSync(join(source, name)));
  return hash.digest("hex");
}

/** client-go, in a program that is built from `tools/clients/go` whenever it changed. */
export function clientGo(root: string): Family {
  const name = "client-go";
  const find = async (): Promise<Found> => {
    const why = await absent("go", ["version"]);
    if (why !== undefined) return [{ name, why }];
    const program = join(cacheFolder(root), "clientgo");
    mkdirSync(cacheFolder(root), { recursive: true });
    const failure = await prepareOnce(`${program}.built`, digestOfSource(), () =>
      run("go", ["build", "-o", program, "."], { cwd: source, timeout: 900_000 }),
    );
    if (failure !== undefined) return [{ name, why: `go build: ${failure}` }];
    const { stdout } = await run("go", ["version", "-m", program]);
    return [
      {
        name,
        version: stdout.match(/k8s\.io\/client-go\s+(v\S+)/)?.[1] ?? "unknown",
        lacks: { "apply, client side": "a feature of kubectl" },
        run: ({ kubeconfig, namespace }, recorder) => runJsonLines(program, [kubeconfig, namespace], recorder),
      },
    ];
  };
  return { name: "client-go", ci: false, find };
}
