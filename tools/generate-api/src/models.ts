import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { modelCandidates } from "./packages.ts";

/** One property of a generated model of the npm package. */
export interface ModelProperty {
  readonly json: string;
  /** `Array<V1Container>`, `string`, `number`, ... */
  readonly type: string;
  readonly format: string;
  readonly required: boolean;
  /** "" where the generator of the npm package lost it (properties that refer to another model). */
  readonly description: string;
}

export interface Model {
  readonly name: string;
  readonly description: string;
  readonly properties: readonly ModelProperty[];
}

interface Attribute {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

const entry = createRequire(import.meta.url).resolve("@kubernetes/client-node");
const folder = join(dirname(entry), "gen/models");

/** The Kubernetes release that the models were made from: `release-1.36`. */
export function modelRelease(): string {
  const text = readFileSync(join(folder, "V1Pod.js"), "utf8");
  return /OpenAPI spec version: (\S+)/.exec(text)?.[1] ?? "unknown";
}

function plainText(comment: string): string {
  return comment
    .replace(/^\s*\* ?/gm, "")
    .replaceAll("\\'", "'")
    .replaceAll('\\"', '"')
    .replaceAll("*_/", "*/")
    .replaceAll("\\\\", "\\")
    .trim();
}

function parseDeclaration(text: string): { description: string; members: Map<string, ModelProperty> } {
  const description = /\/\*\*\n((?:\*.*\n|[^*/].*\n)*?)\*\/\nexport declare class/.exec(text)?.[1] ?? "";
  const members = new Map<string, ModelProperty>();
  const member = /(?:\/\*\*\n((?:(?!\*\/)[^\n]*\n)*?)\s*\*\/\n\s*)?'([^']+)'(\??): /g;
  const body = text.slice(text.indexOf("export declare class"));
  for (const [, comment = "", name = "", optional] of body.matchAll(member)) {
    members.set(name, {
      json: name,
      type: "",
      format: "",
      required: optional === "",
      description: plainText(comment),
    });
  }
  return { description: plainText(description), members };
}

/** The model of a definition; undefined where the npm package has none. */
export async function readModel(definitionName: string): Promise<Model | undefined> {
  const name = modelCandidates(definitionName).find((candidate) => existsSync(join(folder, `${candidate}.d.ts`)));
  if (name === undefined) return undefined;
  const module = (await import(pathToFileURL(join(folder, `${name}.js`)).href)) as Record<
    string,
    { readonly attributeTypeMap?: readonly Attribute[] }
  >;
  const attributes = module[name]?.attributeTypeMap ?? [];
  const { description, members } = parseDeclaration(readFileSync(join(folder, `${name}.d.ts`), "utf8"));
  const properties = attributes.map((attribute): ModelProperty => {
    const member = members.get(attribute.name);
    if (member === undefined) throw new Error(`${name}.d.ts declares no ${attribute.name}`);
    return { ...member, json: attribute.baseName, type: attribute.type, format: attribute.format };
  });
  return { name, description, properties };
}
