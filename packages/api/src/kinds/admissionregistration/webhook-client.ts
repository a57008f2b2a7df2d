import type { FieldPath } from "@pinnace/apimachinery";
import { type FieldError, invalidValue, required } from "@pinnace/apimachinery";
import { fields, needed, type Rule } from "../rules/rule.ts";
import { dnsSubdomain, portNumber } from "../rules/text.ts";

const FORM = "; desired format: https://host[/path]";

/** The URL of a webhook: https, with a host and a path and nothing else. */
export const webhookUrl: Rule = (value, path, errors) => {
  const parts = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(\?[^#]*)?(#.*)?$/s.exec(value) ?? [];
  const [, scheme = "", authority = "", query = "", fragment = ""] = parts;
  const at = authority.lastIndexOf("@");
  const invalid = (part: string, message: string): void => {
    errors.push(invalidValue(path, part, message));
  };
  if (scheme !== "https") invalid(scheme, `'https' is the only allowed URL scheme${FORM}`);
  if (authority.slice(at + 1) === "") invalid("", `host must be specified${FORM}`);
  if (at >= 0) invalid(authority.slice(0, at), "user information is not permitted in the URL");
  if (fragment.length > 1) invalid(fragment.slice(1), "fragments are not permitted in the URL");
  if (query.length > 1) invalid(query.slice(1), "query parameters are not permitted in the URL");
};

const port: Rule = (value, path, errors) => {
  const messages = portNumber(value ?? 0);
  if (messages.length > 0) errors.push(invalidValue(path, value ?? 0, `port is not valid: ${messages.join(", ")}`));
};

function segmentErrors(url: string, path: FieldPath): FieldError[] {
  const segments = url.slice(1).replace(/\/$/, "").split("/");
  return segments.flatMap((segment, position) => {
    if (segment === "") return [invalidValue(path, url, `segment[${position}] may not be empty`)];
    return dnsSubdomain(segment).map((message) => invalidValue(path, url, `segment[${position}]: ${message}`));
  });
}

const urlPath: Rule = (value, path, errors) => {
  if (!value || value === "/") return;
  if (value === "//") return void errors.push(invalidValue(path, value, "segment[0] may not be empty"));
  if (!value.startsWith("/")) errors.push(invalidValue(path, value, "must start with a '/'"));
  errors.push(...segmentErrors(value, path));
};

/** The Service that a webhook runs behind. */
const webhookService: Rule = fields({ name: needed(), namespace: needed(), port, path: urlPath });

/** Where a webhook is: at a URL or behind a Service. */
export const clientConfig: Rule = (value, path, errors, owner) => {
  const { url, service } = value ?? {};
  if ((url === undefined) === (service === undefined)) {
    errors.push(required(path, "exactly one of url or service is required"));
  } else if (url === undefined) webhookService(service, path.child("service"), errors, owner);
  else webhookUrl(url, path.child("url"), errors, owner);
};
