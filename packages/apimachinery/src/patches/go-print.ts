import { quoteGo } from "../go-quote.ts";

/** A JSON value as Go's `%v` prints it: `map[a:1 b:[x y]]`. */
export function printGo(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(printGo).join(" ")}]`;
  if (typeof value !== "object") return String(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([name, member]) => `${name}:${printGo(member)}`).join(" ")}]`;
}

/** How Go's `%#v` prints a JSON value: `map[string]interface {}{"spec":"two"}`. */
export function printGoSyntax(value: unknown): string {
  if (value === null || value === undefined) return "interface {}(nil)";
  if (Array.isArray(value)) return `[]interface {}{${value.map(printGoSyntax).join(", ")}}`;
  if (typeof value === "string") return quoteGo(value);
  if (typeof value !== "object") return String(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = members.map(([name, member]) => `${quoteGo(name)}:${printGoSyntax(member)}`);
  return `map[string]interface {}{${texts.join(", ")}}`;
}
