import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, parseCidr, required, validateCidr } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { IMMUTABLE } from "../rules/equal.ts";
import { age, name } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { SERVICE_CIDR_COLUMNS } from "./columns.ts";

const PATH = fieldPath("spec", "cidrs");
const ONE_PER_FAMILY = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";

function cidrsOf({ spec }: Draft): string[] {
  return spec?.cidrs ?? [];
}

function cidrErrors(object: Draft): FieldError[] {
  const cidrs = cidrsOf(object);
  if (cidrs.length === 0) return [required(PATH, "at least one CIDR required")];
  if (cidrs.length > 2) return [invalidValue(PATH, { CIDRs: cidrs }, "may only hold up to 2 values")];
  const errors = cidrs.flatMap((cidr, position) => validateCidr(PATH.index(position), cidr));
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr, { sloppy: true })?.ip.version);
  if (first !== undefined && first === second) errors.push(invalidValue(PATH, cidrs, ONE_PER_FAMILY));
  return errors;
}

function changeErrors(object: Draft, old: Draft): FieldError[] {
  const cidrs = cidrsOf(object);
  const before = cidrsOf(old);
  const grows = before.length === 1 && cidrs.length === 2;
  if (!grows && before.length !== cidrs.length) return [invalidValue(PATH, cidrs, IMMUTABLE)];
  const changed = before.flatMap((cidr, position) =>
    cidr === cidrs[position] ? [] : [invalidValue(PATH.index(position), cidrs[position], IMMUTABLE)],
  );
  return grows ? [...changed, ...cidrErrors(object)] : changed;
}

/** ServiceCIDR (networking.k8s.io/v1). */
export const serviceCidr: KindBehaviour = {
  columns: SERVICE_CIDR_COLUMNS,
  cells: (object, context) => [name(object), cidrsOf(object).join(","), age(object, context)],
  strategy: { ...PLAIN, validate: cidrErrors, validateUpdate: changeErrors },
};
