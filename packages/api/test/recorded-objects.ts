import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseApiVersion } from "@pinnace/apimachinery";
import { typeOfKind } from "../src/definition-names.ts";
import { typeEntry } from "../src/type-table.ts";

// biome-ignore lint/suspicious/noExplicitAny: recorded answers of any shape
export type Json = any;

const folder = join(import.meta.dirname, "../../../../shared/golden/cases");

/** Whether the recorded answers of a real API server are at hand. */
export const recordedPresent: boolean = existsSync(folder);

/** A whole object as a real API server answered it. */
export interface RecordedObject {
  readonly from: string;
  readonly typeId: string;
  readonly object: Json;
  /** Members that the recording dropped. */
  readonly ignored: readonly string[];
}

function recorded(from: string, step: Json): RecordedObject | undefined {
  const object = step.expect?.body;
  if (typeof object?.apiVersion !== "string" || typeof object.kind !== "string" || step.pick !== undefined)
    return undefined;
  if (/Table$|Partial|List$|^Status$/.test(object.kind)) return undefined;
  const { group, version } = parseApiVersion(object.apiVersion);
  const typeId = typeOfKind(group, version, object.kind);
  return typeEntry(typeId) === undefined ? undefined : { from, typeId, object, ignored: step.ignore ?? [] };
}

/** Every whole object of a built-in kind among the recorded answers. */
export function recordedObjects(): RecordedObject[] {
  const files = ["kinds", "rest", "controllers"].flatMap((area) =>
    readdirSync(join(folder, area)).map((file) => `${area}/${file}`),
  );
  return files.flatMap((file) => {
    const content = JSON.parse(readFileSync(join(folder, file), "utf8")) as Json;
    const cases: Json[] = content.cases ?? content;
    return cases.flatMap((each) =>
      ((each.steps ?? []) as Json[])
        .map((step) => recorded(`${file} ${each.name}`, step))
        .filter((object) => object !== undefined),
    );
  });
}
