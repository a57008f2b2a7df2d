import { invalidValue, quoteGo, required, tooLong } from "@pinnace/apimachinery";
import type { Rule, TextCheck } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain } from "../rules/text.ts";

const MAX_DOMAIN = 253;
const MAX_PATH = 253 + 63 + 1;
const FORM = "must be a fully qualified domain and path of the form 'example.com/signer-name'";

function firstBadSegment(segments: readonly string[], check: TextCheck): string[] {
  for (const segment of segments) {
    const messages = check(segment);
    if (messages.length > 0) return messages.map((message) => `validating label ${quoteGo(segment)}: ${message}`);
  }
  return [];
}

/** `example.com/signer-name`, as CertificateSigningRequests and trust bundles name their signer. */
export const signerName: Rule = (value, path, errors) => {
  if (!value) return void errors.push(required(path));
  const parts = String(value).split("/");
  if (parts.length !== 2) return void errors.push(invalidValue(path, value, FORM));
  const [domain = "", name = ""] = parts;
  if (domain.length > MAX_DOMAIN) errors.push(tooLong(path, MAX_DOMAIN));
  for (const message of firstBadSegment(domain.split("."), dnsLabel)) errors.push(invalidValue(path, domain, message));
  if (!domain.includes(".")) {
    errors.push(invalidValue(path, domain, "should be a domain with at least two segments separated by dots"));
  }
  for (const message of firstBadSegment(name.split("."), dnsSubdomain)) errors.push(invalidValue(path, name, message));
  if (name.length > MAX_PATH) errors.push(tooLong(path, MAX_PATH));
};
