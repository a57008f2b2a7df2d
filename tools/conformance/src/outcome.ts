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
