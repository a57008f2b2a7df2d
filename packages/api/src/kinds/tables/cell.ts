import type { Json } from "@pinnace/apimachinery";
import { humanDuration } from "@pinnace/apimachinery";

/** What a cell may know besides the object: `now` in milliseconds since the epoch. */
export interface CellContext {
  readonly now: number;
}

/** `5m`: the time since a timestamp (RFC 3339), or `<unknown>`. */
export function since(timestamp: string | null | undefined, context: CellContext): string {
  if (!timestamp) return "<unknown>";
  return humanDuration(context.now - Date.parse(timestamp));
}

/** The age of an object. */
export function age(
  object: { readonly metadata?: { readonly creationTimestamp?: string | null } },
  context: CellContext,
): string {
  return since(object.metadata?.creationTimestamp, context);
}

export function name(object: { readonly metadata?: { readonly name?: string } }): string {
  return object.metadata?.name ?? "";
}

/** `a=1,b=2`, or `<none>`. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.length === 0 ? "<none>" : keys.map((key) => `${key}=${labels?.[key]}`).join(",");
}

interface LabelSelectorLike {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

const TERMS: Readonly<Record<string, (key: string, values: string) => string>> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
};

/** The terms of a label selector as `kubectl` prints them, sorted by key: `app=a,tier in (x,y),!z`. */
export function selectorText(selector: LabelSelectorLike | undefined): string {
  const terms = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  for (const { key, operator, values = [] } of selector?.matchExpressions ?? []) {
    const sorted = [...values].sort();
    terms.push({ key, text: TERMS[operator]?.(key, sorted.join(",")) ?? "<error>" });
  }
  return terms
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map((term) => term.text)
    .join(",");
}

/** Like {@link selectorText}, `<none>` when it is empty or missing. */
export function formatSelector(selector: LabelSelectorLike | undefined): string {
  return selectorText(selector) || "<none>";
}

interface ContainersLike {
  readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image?: string }[] };
}

/** Names and images of a template's containers, as the two wide columns show them. */
export function containerCells(template: ContainersLike | undefined): [string, string] {
  const containers = template?.spec?.containers ?? [];
  return [containers.map((c) => c.name).join(","), containers.map((c) => c.image ?? "").join(",")];
}

/** The first items, and how many more there are: `a,b,c + 2 more...`. */
export function listWithMore(items: readonly string[], max: number): string {
  const text = items.slice(0, max).join(",");
  return items.length > max ? `${text} + ${items.length - max} more...` : text;
}

/** `name, age` is all that a kind without columns of its own shows. */
export function nameAndAge(
  object: Parameters<typeof age>[0] & Parameters<typeof name>[0],
  context: CellContext,
): Json[] {
  return [name(object), age(object, context)];
}
