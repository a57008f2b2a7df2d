import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { apiGroup } from "./packages.ts";

/** What a second npm package says about a type: it keeps paragraphs, and documents members that refer to other types. */
interface Documentation {
  readonly description: string;
  readonly members: ReadonlyMap<string, { readonly description: string; readonly enum: readonly string[] }>;
}

const require = createRequire(import.meta.url);
const models = dirname(require.resolve("kubernetes-models/package.json"));
const machinery = dirname(require.resolve("@kubernetes-models/apimachinery/package.json"));

function fileOf(packageName: string, name: string): string {
  if (packageName === "meta/v1") return join(machinery, "apis/meta/v1", `${name}.d.ts`);
  const [, version = ""] = packageName.split("/");
  return join(models, apiGroup(packageName), version, `${name}.d.ts`);
}

function commentText(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .trim();
}

/** The text of `/** ... *\/` before a declaration. */
const commentBefore = String.raw`(?:/\*\*\n((?:(?!\*/)[^\n]*\n)*?)\s*\*/\n)`;

function parse(text: string, name: string): Documentation {
  const head = new RegExp(`${commentBefore}export interface I${name} `).exec(text)?.[1] ?? "";
  const start = text.indexOf(`export interface I${name} `);
  const body = text.slice(start, text.indexOf("\n}\n", start));
  const members = new Map<string, { description: string; enum: readonly string[] }>();
  const member = new RegExp(`^    ${commentBefore}\\s*"([^"]+)"\\??: ([^\\n]*)`, "gm");
  for (const [, comment = "", json = "", type = ""] of body.matchAll(member)) {
    const values = /^Array<|^\{/.test(type) ? [] : [...type.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? "");
    members.set(json, {
      description: commentText(comment),
      enum: json === "kind" || json === "apiVersion" ? [] : values,
    });
  }
  return { description: commentText(head), members };
}

/** The documentation of a value type, such as Quantity; "" where that package has none. */
export function readValueDocumentation(definitionName: string): string {
  const parts = definitionName.split(".");
  const path = definitionName.startsWith("io.k8s.apimachinery.pkg.")
    ? join(machinery, ...parts.slice(4))
    : join(models, "apiextensions.k8s.io/v1", parts.at(-1) ?? "");
  const text = existsSync(`${path}.d.ts`) ? readFileSync(`${path}.d.ts`, "utf8") : "";
  const head = new RegExp(`${commentBefore}export (?:interface|type) I`).exec(text)?.[1] ?? "";
  return commentText(head);
}

/** The documentation of a type; undefined where that package does not know it. */
export function readDocumentation(packageName: string, name: string): Documentation | undefined {
  const file = fileOf(packageName, name);
  return existsSync(file) ? parse(readFileSync(file, "utf8"), name) : undefined;
}

const enumHeading = "Possible enum values:";

function words(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The part before the list of enum values. */
function withoutEnum(text: string): string {
  const index = text.indexOf(enumHeading);
  return index < 0 ? text : text.slice(0, index).trim();
}

/** The other package marks a new paragraph by two spaces, which are also between some sentences. */
function restoreParagraphs(text: string): string {
  return text.replace(/(?<! ) {2}(?=[A-Z`'"*-])/g, "\n\n");
}

/**
 * One text out of two: `current` is of the release but has lost its paragraphs, `formatted` has them but may be older.
 * Where they say the same, the formatted one is taken, with its list of enum values; where they differ, the current one.
 */
export function mergeTexts(current: string, formatted: string): string {
  if (current === "") return formatted;
  if (words(withoutEnum(formatted)) === words(current)) return formatted;
  return formatted === "" || formatted.includes("\n\n") ? restoreParagraphs(current) : current;
}
