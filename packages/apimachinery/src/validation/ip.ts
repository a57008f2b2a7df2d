import { type FieldError, type FieldPathLike, invalidValue } from "../field-error.ts";
import { quoteGo } from "../go-quote.ts";
import { formatCidr, formatIp, parseCidr, parseIp } from "../ip-address.ts";

const NOT_AN_IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

function strictIpErrors(field: FieldPathLike, value: string): readonly FieldError[] {
  const ip = parseIp(value, { sloppy: true });
  if (ip === undefined) return [invalidValue(field, value, NOT_AN_IP)];
  if (parseIp(value) === undefined) return [invalidValue(field, value, "must not have leading 0s")];
  return ip.mapped ? [invalidValue(field, value, "must not be an IPv4-mapped IPv6 address")] : [];
}

/** A new field's address: no leading zeros, no IPv4-mapped form, and in its canonical form. */
export function validateIp(field: FieldPathLike, value: string): readonly FieldError[] {
  const errors = strictIpErrors(field, value);
  const ip = parseIp(value);
  if (errors.length > 0 || ip === undefined) return errors;
  const canonical = formatIp(ip);
  return value === canonical ? [] : [invalidValue(field, value, `must be in canonical form (${quoteGo(canonical)})`)];
}

/**
 * An old field's address. `strict` refuses leading zeros and IPv4-mapped addresses, except those in `old`, which the
 * object had before.
 */
export function validateLegacyIp(
  field: FieldPathLike,
  value: string,
  options: { readonly strict?: boolean; readonly old?: readonly string[] } = {},
): readonly FieldError[] {
  if (options.old?.includes(value)) return [];
  if (options.strict) return strictIpErrors(field, value);
  return parseIp(value, { sloppy: true }) === undefined ? [invalidValue(field, value, NOT_AN_IP)] : [];
}

function strictCidrErrors(field: FieldPathLike, value: string): readonly FieldError[] {
  const cidr = parseCidr(value, { sloppy: true });
  if (cidr === undefined) return [invalidValue(field, value, NOT_A_CIDR)];
  if (parseCidr(value) === undefined) {
    return [invalidValue(field, value, "must not have leading 0s in IP or prefix length")];
  }
  if (cidr.ip.mapped) return [invalidValue(field, value, "must not have an IPv4-mapped IPv6 address")];
  return cidr.hostBits ? [invalidValue(field, value, "must not have bits set beyond the prefix length")] : [];
}

/** A new field's CIDR: strict and in canonical form. */
export function validateCidr(field: FieldPathLike, value: string): readonly FieldError[] {
  const errors = strictCidrErrors(field, value);
  const cidr = parseCidr(value);
  if (errors.length > 0 || cidr === undefined) return errors;
  const canonical = formatCidr(cidr);
  return value === canonical ? [] : [invalidValue(field, value, `must be in canonical form (${quoteGo(canonical)})`)];
}

/** An old field's CIDR; options as for {@link validateLegacyIp}. */
export function validateLegacyCidr(
  field: FieldPathLike,
  value: string,
  options: { readonly strict?: boolean; readonly old?: readonly string[] } = {},
): readonly FieldError[] {
  if (options.old?.includes(value)) return [];
  if (options.strict) return strictCidrErrors(field, value);
  return parseCidr(value, { sloppy: true }) === undefined ? [invalidValue(field, value, NOT_A_CIDR)] : [];
}
