import { parseQuantity, type Quantity } from "@pinnace/apimachinery";

/** What is wrong, in upstream's words; empty when nothing is. */
export type LimitViolations = readonly string[];

type Quantities = Readonly<Record<string, string>> | undefined;

/** Runs a check for each resource that a bound names, in the order of the names. */
function each(bounds: Quantities, check: (resource: string, bound: Quantity) => string | undefined): LimitViolations {
  return Object.entries(bounds ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, bound]) => check(resource, parseQuantity(bound)))
    .filter((text) => text !== undefined);
}

function read(quantities: Quantities, resource: string): Quantity | undefined {
  const text = quantities?.[resource];
  return text === undefined ? undefined : parseQuantity(text);
}

/** Requests, and limits where there are any, must reach the bound. */
export function minConstraint(
  type: string,
  min: Quantities,
  requests: Quantities,
  limits: Quantities,
): LimitViolations {
  return each(min, (resource, bound) => {
    const request = read(requests, resource);
    const limit = read(limits, resource);
    const text = `minimum ${resource} usage per ${type} is ${bound}`;
    if (request === undefined) return `${text}.  No request is specified`;
    if (request.compare(bound) < 0) return `${text}, but request is ${request}`;
    if (limit !== undefined && limit.compare(bound) < 0) return `${text}, but limit is ${limit}`;
    return undefined;
  });
}

/** Limits must be set and stay within the bound, and so must requests. */
export function maxConstraint(
  type: string,
  max: Quantities,
  requests: Quantities,
  limits: Quantities,
): LimitViolations {
  return each(max, (resource, bound) => {
    const request = read(requests, resource);
    const limit = read(limits, resource);
    const text = `maximum ${resource} usage per ${type} is ${bound}`;
    if (limit === undefined) return `${text}.  No limit is specified`;
    if (limit.compare(bound) > 0) return `${text}, but limit is ${limit}`;
    if (request !== undefined && request.compare(bound) > 0) return `${text}, but request is ${request}`;
    return undefined;
  });
}

/** Requests must be set and stay within the bound: for claims, which have no limits. */
export function maxRequestConstraint(type: string, max: Quantities, requests: Quantities): LimitViolations {
  return each(max, (resource, bound) => {
    const request = read(requests, resource);
    const text = `maximum ${resource} usage per ${type} is ${bound}`;
    if (request === undefined) return `${text}.  No request is specified`;
    return request.compare(bound) > 0 ? `${text}, but request is ${request}` : undefined;
  });
}

/** A limit may be at most so many times the request. */
export function ratioConstraint(
  type: string,
  ratios: Quantities,
  requests: Quantities,
  limits: Quantities,
): LimitViolations {
  return each(ratios, (resource, bound) => {
    const request = read(requests, resource);
    const limit = read(limits, resource);
    const text = `${resource} max limit to request ratio per ${type} is ${bound}`;
    if (request === undefined || request.isZero) return `${text}, but no request is specified or request is 0`;
    if (limit === undefined || limit.isZero) return `${text}, but no limit is specified or limit is 0`;
    const ratio = limit.toNumber() / request.toNumber();
    return ratio > bound.toNumber() ? `${text}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
  });
}
