import type { ApiResponse } from "@pinnace/apimachinery";
import type { PathTable } from "./dispatch.ts";
import type { RequestContext } from "./request-context.ts";

export type PathHandler = (context: RequestContext) => Promise<ApiResponse> | ApiResponse;

/** Non-resource paths: exact ones, and prefixes that end in `/`. */
export class Paths implements PathTable {
  readonly #exact = new Map<string, PathHandler>();
  readonly #prefixes: { readonly prefix: string; readonly handler: PathHandler }[] = [];

  /** Answers `path`; with a trailing `/` (and not just that), everything below it. */
  add(path: string, handler: PathHandler): void {
    if (path !== "/" && path.endsWith("/")) this.#prefixes.push({ prefix: path, handler });
    else this.#exact.set(path, handler);
  }

  /** The exact paths that are answered. */
  list(): readonly string[] {
    return [...this.#exact.keys()];
  }

  handle(context: RequestContext): Promise<ApiResponse> | undefined {
    const path = context.info.path;
    const exact = this.#exact.get(path) ?? this.#exact.get(path.replace(/\/$/, "") || "/");
    const handler = exact ?? this.#prefixes.find(({ prefix }) => path.startsWith(prefix))?.handler;
    return handler === undefined ? undefined : Promise.resolve(handler(context));
  }
}
