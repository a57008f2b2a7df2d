/**
 * Expands `$(NAME)` in a text. `$$` is a literal `$`, so `$$(NAME)` stays `$(NAME)`; an unknown name and an unclosed
 * reference stay as they are written.
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  if (!text.includes("$")) return text;
  let result = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "$" || i + 1 >= text.length) {
      result += text[i];
      continue;
    }
    if (text[i + 1] === "$") {
      result += "$";
      i += 1;
      continue;
    }
    const close = text[i + 1] === "(" ? text.indexOf(")", i + 2) : -1;
    if (close < 0) {
      result += "$";
      continue;
    }
    const name = text.slice(i + 2, close);
    result += lookup(name) ?? `$(${name})`;
    i = close;
  }
  return result;
}
