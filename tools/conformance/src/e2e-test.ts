import { accessSync, constants, existsSync, statSync } from "node:fs";
import { messageOf } from "@pinnace/errors";
import { run } from "@pinnace-tools/e2e";
import { type Behaviour, parseBehaviours } from "./behaviour.ts";
import { ConformanceError } from "./problem.ts";

/** Upstream's test program, as far as it tells about itself. */
export interface E2eTest {
  readonly path: string;
  /** `v1.36.3` */
  readonly version: string;
  readonly behaviours: readonly Behaviour[];
  /** Full references of the images that specs may use. */
  readonly images: readonly string[];
}

/** Asks the program at `path`. Throws `NO_E2E_TEST` or `NOT_E2E_TEST`. */
export async function openE2eTest(path: string): Promise<E2eTest> {
  expectExecutable(path, "NO_E2E_TEST", "--e2e-test");
  const ask = async (flag: string): Promise<string> => {
    const { code, stdout } = await run(path, [flag], { timeout: 60_000 }).catch((cause: unknown) => {
      throw notE2eTest(path, firstWords(messageOf(cause)), cause);
    });
    if (code !== 0) throw notE2eTest(path, `${flag} ends with ${code}`);
    return stdout;
  };
  const behaviours = parseBehaviours(await ask("--list-conformance-tests"));
  if (behaviours.length === 0) throw notE2eTest(path, "it lists no conformance tests");
  const version = (await ask("--version")).trim();
  const images = (await ask("--list-images")).split("\n").filter((line) => /^\S+[:@]\S+$/.test(line));
  return { path, version, behaviours, images };
}

/** Throws one line when there is no program at `path`. */
export function expectExecutable(path: string, code: "NO_E2E_TEST" | "NO_AGNHOST", flag: string): void {
  if (!existsSync(path)) throw new ConformanceError(code, `${flag}: there is no file ${path}`);
  if (!statSync(path).isFile()) throw new ConformanceError(code, `${flag}: ${path} is not a file`);
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new ConformanceError(code, `${flag}: ${path} is not executable`, { cause, remedy: `chmod +x ${path}` });
  }
}

const firstWords = (text: string): string => (text.split("\n")[0] ?? "").slice(0, 200);

const notE2eTest = (path: string, why: string, cause?: unknown): ConformanceError =>
  new ConformanceError("NOT_E2E_TEST", `${path} is not Kubernetes' e2e.test: ${why}`, {
    remedy: "take it from kubernetes-test-linux-amd64.tar.gz of the release",
    ...(cause === undefined ? {} : { cause }),
  });
