import { declare, type FunctionDeclaration, member, overload } from "../../check/declarations.ts";
import { BOOL, type CelType, listType, mapType, objectType, STRING } from "../../types/cel-type.ts";
import { EntryMap, ItemList } from "../../values/collections.ts";
import { NO_SUCH_OVERLOAD } from "../../values/compare.ts";
import { CelError, type CelValue, OpaqueValue } from "../../values/value.ts";
import { escapedPath, hostname, parseRequestUrl, port, queryOf, type Url } from "./url-text.ts";

const URL_TYPE: CelType = objectType("kubernetes.URL");

/** `url("https://example.com/")`. */
class UrlValue extends OpaqueValue {
  readonly type: CelType = URL_TYPE;
  readonly url: Url;

  constructor(url: Url) {
    super();
    this.url = url;
  }

  equals(other: CelValue): boolean | CelError {
    return other instanceof UrlValue ? this.url.text === other.url.text : NO_SUCH_OVERLOAD;
  }
}

function toUrl(text: CelValue): CelValue {
  const url = parseRequestUrl(text as string);
  if (typeof url !== "string") return new UrlValue(url);
  return new CelError(`URL parse error during conversion from string: ${url}`);
}

function part(name: string, id: string, read: (url: Url) => string): FunctionDeclaration {
  return declare(name, [member(id, [URL_TYPE], STRING, (url) => read((url as UrlValue).url))]);
}

/** URLs. */
export const URLS: readonly FunctionDeclaration[] = [
  declare("url", [overload("string_to_url", [STRING], URL_TYPE, (text) => toUrl(text as CelValue))]),
  part("getScheme", "url_get_scheme", (url) => url.scheme),
  part("getHost", "url_get_host", (url) => url.host),
  part("getHostname", "url_get_hostname", hostname),
  part("getPort", "url_get_port", port),
  part("getEscapedPath", "url_get_escaped_path", escapedPath),
  declare("getQuery", [
    member("url_get_query", [URL_TYPE], mapType(STRING, listType(STRING)), (url) => {
      const query = queryOf((url as UrlValue).url);
      return EntryMap.of(Array.from(query, ([name, values]) => [name, new ItemList(values)] as const));
    }),
  ]),
  declare("isURL", [
    overload("is_url_string", [STRING], BOOL, (text) => typeof parseRequestUrl(text as string) !== "string"),
  ]),
];
