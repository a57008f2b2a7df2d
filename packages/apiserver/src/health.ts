import type { ApiResponse } from "@pinnace/apimachinery";
import { textResponse } from "./media/responses.ts";
import type { Paths } from "./paths.ts";
import type { RequestContext } from "./request-context.ts";

/** One check of the server's health: undefined when all is well, else why not. */
interface HealthCheck {
  readonly name: string;
  check(): Promise<string | undefined> | string | undefined;
}

const CHECKED_PATHS = ["healthz", "livez", "readyz"] as const;

/** Adds `/healthz`, `/livez` and `/readyz`, each with its single checks below it. */
export function addHealthPaths(paths: Paths, checks: readonly HealthCheck[]): void {
  for (const name of CHECKED_PATHS) {
    paths.add(`/${name}`, (context) => answer(name, checks, context));
    paths.add(`/${name}/`, (context) => single(name, checks, context));
  }
}

async function answer(path: string, checks: readonly HealthCheck[], context: RequestContext): Promise<ApiResponse> {
  const excluded = new Set(context.request.query.getAll("exclude"));
  const lines: string[] = [];
  let healthy = true;
  for (const check of checks) {
    if (excluded.has(check.name)) {
      lines.push(`[+]${check.name} excluded: ok`);
      continue;
    }
    const failure = await check.check();
    healthy &&= failure === undefined;
    lines.push(failure === undefined ? `[+]${check.name} ok` : `[-]${check.name} failed: reason withheld`);
  }
  const report = `${lines.join("\n")}\n${path} check `;
  if (!healthy) return textResponse(500, `${report}failed\n`);
  return textResponse(200, context.request.query.has("verbose") ? `${report}passed\n` : "ok");
}

async function single(path: string, checks: readonly HealthCheck[], context: RequestContext): Promise<ApiResponse> {
  const name = context.info.path.slice(path.length + 2);
  const check = checks.find((each) => each.name === name);
  if (check === undefined) return textResponse(404, "404 page not found\n");
  const failure = await check.check();
  return failure === undefined ? textResponse(200, "ok") : textResponse(500, `internal server error: ${failure}\n`);
}
