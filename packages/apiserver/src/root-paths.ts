import { apiVersionOf } from "@pinnace/apimachinery";
import type { ServedApis } from "./discovery/served-apis.ts";
import { JSON_OUTPUT } from "./media/negotiation.ts";
import { objectResponse } from "./media/responses.ts";
import type { Paths } from "./paths.ts";

/** Adds `/`: the list of all paths. */
export function addRootPath(paths: Paths, served: ServedApis): void {
  paths.add("/", () => {
    const groups = served
      .groups()
      .flatMap(({ group, versions }) => [
        ...(group === "" ? [] : [`/apis/${group}`]),
        ...versions.map((version) => (group === "" ? `/api/${version}` : `/apis/${apiVersionOf({ group, version })}`)),
      ]);
    const all = [...new Set([...paths.list().filter((path) => path !== "/"), ...groups])].sort();
    return objectResponse(200, { paths: all }, JSON_OUTPUT);
  });
}
