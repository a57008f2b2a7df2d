import {
  isConfigMapKey,
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isDns1123SubdomainWithUnderscore,
  isHttpHeaderName,
  isLabelValue,
  isPathSegmentName,
  isPortName,
  isPortNumber,
  isQualifiedName,
  isRelaxedEnvVarName,
  isWildcardDns1123Subdomain,
  nameIsDnsSubdomain,
  validateIp,
  validateLegacyCidr,
  validateLegacyIp,
} from "@pinnace/apimachinery";
import type { Rule, TextCheck } from "./rule.ts";

/** Short names of the text rules that kinds use all the time. */
export const dnsLabel: TextCheck = isDns1123Label;
export const dnsSubdomain: TextCheck = isDns1123Subdomain;
export const dnsSubdomainUnderscore: TextCheck = isDns1123SubdomainWithUnderscore;
export const wildcardSubdomain: TextCheck = isWildcardDns1123Subdomain;
export const dns1035: TextCheck = isDns1035Label;
export const qualifiedName: TextCheck = isQualifiedName;
export const labelValue: TextCheck = isLabelValue;
export const portName: TextCheck = isPortName;
export const relaxedEnvVarName: TextCheck = isRelaxedEnvVarName;
export const configMapKey: TextCheck = isConfigMapKey;
export const httpHeaderName: TextCheck = isHttpHeaderName;
export const pathSegment: TextCheck = isPathSegmentName;

/** A reference by name that upstream checks as a prefix: a trailing dash is fine. */
export const dnsSubdomainPrefix: TextCheck = (value) => nameIsDnsSubdomain(value, true);

export function portNumber(value: number): readonly string[] {
  return isPortNumber(value);
}

/** An address in its canonical form: fields that came after strict validation. */
export const ip: Rule = (value, path, errors) => {
  errors.push(...validateIp(path, String(value ?? "")));
};

/** An address of a field older than strict validation; values that the object had before may stay. */
export function legacyIp(old: readonly string[] = []): Rule {
  return (value, path, errors) => {
    errors.push(...validateLegacyIp(path, String(value ?? ""), { strict: true, old }));
  };
}

/** A CIDR of a field older than strict validation. */
export function legacyCidr(old: readonly string[] = []): Rule {
  return (value, path, errors) => {
    errors.push(...validateLegacyCidr(path, String(value ?? ""), { strict: true, old }));
  };
}
