import type { Draft } from "@pinnace/apimachinery";
import { roundUpToMilli } from "../rules/quantity.ts";

/** Rounds every quantity of a resource list up to milli units and writes it canonically (SetDefaults_ResourceList). */
export function defaultResourceList(list: Draft): void {
  for (const name of Object.keys(list ?? {})) list[name] = roundUpToMilli(list[name]);
}

/** Limits and requests of a container, a pod or a claim. */
export function defaultRequirements(requirements: Draft): void {
  defaultResourceList(requirements?.limits);
  defaultResourceList(requirements?.requests);
}

/** Requests that are not given become the limits. */
export function requestsFromLimits(requirements: Draft): void {
  if (!requirements?.limits) return;
  requirements.requests ??= {};
  for (const name of Object.keys(requirements.limits)) requirements.requests[name] ??= requirements.limits[name];
  if (Object.keys(requirements.requests).length === 0) delete requirements.requests;
}
