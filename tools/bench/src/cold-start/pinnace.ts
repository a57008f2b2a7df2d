import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiAt, freePort } from "../api.ts";
import { start, until } from "../child.ts";
import { removeFolder, temporaryFolder } from "../resources.ts";

const TOKEN = "bench";

/** Milliseconds since the process was started. */
interface ColdStart {
  /** `/readyz` answers 200. */
  readonly ready: number;
  /** A pod that was created as soon as the API let it is Running. */
  readonly running: number;
}

/** Starts `pinnace up` with the given arguments of Node in an empty folder, and stops it again. */
export async function startPinnace(
  args: readonly string[],
  nodes: readonly string[],
  image: string,
): Promise<ColdStart> {
  const folder = temporaryFolder("cold-start");
  const tokens = join(folder, "tokens.csv");
  writeFileSync(tokens, `${TOKEN},bench,bench,system:masters\n`);
  const port = await freePort();
  const options = ["--data-dir", join(folder, "data"), "--port", String(port), "--token-auth-file", tokens];
  const begin = performance.now();
  const child = start(process.execPath, [...args, "up", ...options, ...nodes]);
  const api = apiAt(port, TOKEN);
  try {
    await until(child, async () => ((await api.call("GET", "/readyz"))?.status === 200 ? true : undefined));
    const ready = performance.now() - begin;
    const pods = "/api/v1/namespaces/default/pods";
    const pod = {
      metadata: { name: "first" },
      spec: { containers: [{ name: "app", image, imagePullPolicy: "IfNotPresent" }] },
    };
    // The service account of a namespace comes a moment after the namespace.
    await until(child, async () => ((await api.call("POST", pods, pod))?.status === 201 ? true : undefined));
    await until(child, async () => {
      const answer = await api.call("GET", `${pods}/first`);
      return (answer?.object as { status?: { phase?: string } })?.status?.phase === "Running" ? true : undefined;
    });
    return { ready, running: performance.now() - begin };
  } finally {
    api.close();
    await child.stop();
    removeFolder(folder);
  }
}
