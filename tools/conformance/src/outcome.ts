/** How a behaviour ended. Only what upstream's report calls passed is `passed`. */
export type Outcome =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "not run"; readonly why: string };

/** The first line that says something. */
export const firstLine = (text: string): string =>
  text
    .split("\n")
    .find((line) => line.trim() !== "")
    ?.trim() ?? "";

/** The first line of a failure; with what follows when it does not say anything by itself (`Expected`). */
export function summary(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  const first = lines[0] ?? "";
  return /^Expected$|:$/.test(first) ? lines.slice(0, 8).join(" ") : first;
}
