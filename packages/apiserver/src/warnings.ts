/** Upstream's bounds (apiserver/pkg/endpoints/filters/warning.go): 4 KiB in all, then each text is cut to 256 runes. */
const TOTAL_LIMIT = 4 * 1024;
const TRUNCATED_LIMIT = 256;

/** Collects the texts of a request's `Warning:` headers, each once, in order. */
export class Warnings {
  readonly #texts = new Set<string>();

  add(text: string): void {
    if (text !== "") this.#texts.add(text);
  }

  /** The value of the `warning` header; undefined when there is nothing to say. Several are joined by `, `. */
  header(): string | undefined {
    if (this.#texts.size === 0) return undefined;
    const texts = [...this.#texts];
    const size = texts.reduce((sum, text) => sum + text.length, 0);
    const shown = size > TOTAL_LIMIT ? fit(texts) : texts;
    return shown.map((text) => `299 - "${escapeQuoted(text)}"`).join(", ");
  }
}

function fit(texts: readonly string[]): string[] {
  const result: string[] = [];
  let left = TOTAL_LIMIT;
  for (const text of texts) {
    const cut = text.slice(0, TRUNCATED_LIMIT);
    left -= cut.length;
    if (left < 0) break;
    result.push(cut);
  }
  return result;
}

/** A quoted-string of RFC 7230: control characters become spaces. */
function escapeQuoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
  return text.replace(/[\u0000-\u001f\u007f]/g, " ").replace(/["\\]/g, "\\$&");
}
