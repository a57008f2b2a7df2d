import { quoteGo } from "@pinnace/apimachinery";

/** A URL taken apart as Go's net/url does. */
export interface Url {
  readonly scheme: string;
  /** With the port. */
  readonly host: string;
  /** Decoded. */
  readonly path: string;
  /** As it was written, where that says more than the decoded one. */
  readonly rawPath: string;
  readonly rawQuery: string;
  /** As written. */
  readonly text: string;
}

class UrlFlaw extends Error {}

/** The URL in a text that could be the target of a request, or the text of Go's error. */
export function parseRequestUrl(text: string): Url | string {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof UrlFlaw) return `parse ${quoteGo(text)}: ${error.message}`;
    throw error;
  }
}

function parse(text: string): Url {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(text)) throw new UrlFlaw("net/url: invalid control character in URL");
  if (text === "") throw new UrlFlaw("empty url");
  if (text === "*") return { scheme: "", host: "", path: "*", rawPath: "", rawQuery: "", text };
  const { scheme, rest: afterScheme } = splitScheme(text);
  const question = afterScheme.indexOf("?");
  const rest = question < 0 ? afterScheme : afterScheme.slice(0, question);
  const rawQuery = question < 0 ? "" : afterScheme.slice(question + 1);
  if (!rest.startsWith("/")) {
    if (scheme === "") throw new UrlFlaw("invalid URI for request");
    return { scheme, host: "", path: "", rawPath: "", rawQuery, text };
  }
  const hasAuthority = scheme !== "" && rest.startsWith("//");
  const slash = hasAuthority ? rest.indexOf("/", 2) : 0;
  const end = slash < 0 ? rest.length : slash;
  const host = hasAuthority ? hostOf(rest.slice(2, end)) : "";
  const written = rest.slice(end);
  const path = decode(written);
  return { scheme, host, path, rawPath: encodePath(path) === written ? "" : written, rawQuery, text };
}

function splitScheme(text: string): { readonly scheme: string; readonly rest: string } {
  if (text.startsWith(":")) throw new UrlFlaw("missing protocol scheme");
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  if (match !== null) return { scheme: (match[1] as string).toLowerCase(), rest: text.slice(match[0].length) };
  return { scheme: "", rest: text };
}

function hostOf(authority: string): string {
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host.startsWith("[")) {
    const close = host.lastIndexOf("]");
    if (close < 0) throw new UrlFlaw("missing ']' in host");
    checkPort(host.slice(close + 1));
    return host;
  }
  const colon = host.lastIndexOf(":");
  if (colon >= 0) checkPort(host.slice(colon));
  const bad = /[\s"<>\\^`{|}]/.exec(host)?.[0];
  if (bad !== undefined) throw new UrlFlaw(`invalid character ${quoteGo(bad)} in host name`);
  return decode(host);
}

function checkPort(port: string): void {
  if (!/^(:[0-9]*)?$/.test(port)) throw new UrlFlaw(`invalid port ${quoteGo(port)} after host`);
}

function decode(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text)?.[0];
  if (bad !== undefined) throw new UrlFlaw(`invalid URL escape ${quoteGo(bad)}`);
  return decodeBytes(text);
}

function decodeBytes(text: string): string {
  if (!text.includes("%")) return text;
  const bytes: number[] = [];
  for (const part of text.split(/(%[0-9a-fA-F]{2})/)) {
    if (/^%[0-9a-fA-F]{2}$/.test(part)) bytes.push(Number.parseInt(part.slice(1), 16));
    else for (const byte of new TextEncoder().encode(part)) bytes.push(byte);
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

function encodePath(path: string): string {
  return [...new TextEncoder().encode(path)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

/** The path as it would be sent. */
export function escapedPath({ path, rawPath }: Url): string {
  if (rawPath !== "" && /^[A-Za-z0-9\-_.~!$&'()*+,/:;=@[\]%]*$/.test(rawPath)) return rawPath;
  return path === "*" ? "*" : encodePath(path);
}

/** The host without port and brackets. */
export function hostname({ host }: Url): string {
  const bare = host.replace(/:[0-9]*$/, "");
  return bare.startsWith("[") ? bare.replace(/^\[|\].*$/g, "") : bare;
}

export function port({ host }: Url): string {
  return /:([0-9]*)$/.exec(host)?.[1] ?? "";
}

/** The parameters in the order of their names' first use; what cannot be decoded is left out. */
export function queryOf({ rawQuery }: Url): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const pair of rawQuery.split("&")) {
    if (pair === "" || pair.includes(";")) continue;
    const equals = pair.indexOf("=");
    try {
      const [name, value] = (equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)]).map((part) =>
        decode(part.replaceAll("+", " ")),
      ) as [string, string];
      values.set(name, [...(values.get(name) ?? []), value]);
    } catch (error) {
      if (!(error instanceof UrlFlaw)) throw error;
    }
  }
  return values;
}
