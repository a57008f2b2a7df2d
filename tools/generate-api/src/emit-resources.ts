import type { Definition } from "./definitions.ts";
import type { ResourceFact } from "./facts.ts";
import { banner, constant, templateLiteral } from "./source-text.ts";

/** `HorizontalPodAutoscaler` and `horizontalpodautoscalers` make `HORIZONTAL_POD_AUTOSCALERS`. */
function constantName(typeName: string, kind: string, resource: string): string {
  const words = typeName.replace(/([a-z\d])([A-Z])/g, "$1_$2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2");
  const ending = resource.startsWith(kind.toLowerCase())
    ? words + resource.slice(kind.length)
    : words.replace(/.{2}$/, "") + resource.slice(kind.length - 2);
  return ending.toUpperCase();
}

function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const [first = "", second] = apiVersion.split("/");
  return second === undefined ? { group: "", version: first } : { group: first, version: second };
}

/** `generated/resource-types.ts`: one constant per resource that is served by default. */
export function emitResourceTypes(resources: readonly ResourceFact[], names: ReadonlyMap<string, string>): string {
  const types: string[] = [];
  const constants: string[] = [];
  for (const resource of resources.filter((fact) => fact.served)) {
    const type = names.get(`${resource.package}.${resource.kind}`)!;
    const { group, version } = splitApiVersion(resource.apiVersion);
    const value = { group, version, resource: resource.name, kind: resource.kind, namespaced: resource.namespaced };
    types.push(type);
    constants.push(
      `/** \`${resource.apiVersion}\` ${resource.name}. */\n` +
        constant(constantName(type, resource.kind, resource.name), `ResourceType<${type}>`, JSON.stringify(value)),
    );
  }
  return `${banner}import type { ResourceType } from "@pinnace/apimachinery";
import type {\n  ${types.sort().join(",\n  ")},\n} from "./types/index.ts";

${constants.join("\n")}`;
}

function row(resource: ResourceFact): string {
  const { options } = resource;
  const words = [resource.name, resource.kind, resource.namespaced ? "namespaced" : "cluster"];
  for (const key of ["short", "cat", "sub", "verbs", "singular", "store", "stored"])
    if (options[key] !== undefined) words.push(`${key}=${options[key]}`);
  if (resource.virtual) words.push("virtual");
  return words.join(" ");
}

/** `generated/resources.ts`: the table of resources, in the order of discovery. */
export function emitResources(
  resources: readonly ResourceFact[],
  definitions: ReadonlyMap<string, Definition>,
): string {
  const lines: string[] = [];
  let block = "";
  for (const resource of resources) {
    if (!definitions.has(`${resource.package}.${resource.kind}`)) throw new Error(`no type for ${resource.name}`);
    const head = `[${resource.apiVersion} ${resource.package}${resource.served ? "" : " off"}]`;
    if (head !== block) lines.push(head);
    block = head;
    lines.push(row(resource));
  }
  return `${banner}/** Blocks \`[apiVersion package off?]\`, then lines \`name kind scope option=value...\`; see resources.ts. */
${constant("resourceTable", "string", templateLiteral(lines.join("\n")))}`;
}
