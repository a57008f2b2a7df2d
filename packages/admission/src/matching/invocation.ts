import { type ResourceDefinition, StatusError } from "@pinnace/apimachinery";
import type { AdmissionRequest, GroupVersionKind } from "../contract.ts";
import { type OperationRule, ruleMatches } from "./rules.ts";
import { namespaceSelected, objectSelected } from "./selectors.ts";
import { targetOf } from "./target.ts";

/** Whom a webhook or policy is for. */
interface MatchResources {
  readonly matchPolicy?: string;
  readonly namespaceSelector?: object;
  readonly objectSelector?: object;
  readonly rules?: readonly OperationRule[];
  readonly excludeRules?: readonly OperationRule[];
}

/** At which version of its resource a webhook or policy sees the request. */
export interface Invocation {
  readonly definition: ResourceDefinition;
  readonly kind: GroupVersionKind;
}

/**
 * Whether, and at which version, something matches a request; undefined when it does not. Throws when the namespace is
 * missing and everything else matches.
 */
export function invocationOf(request: AdmissionRequest, match: MatchResources): Invocation | undefined {
  const namespace = attempt(() => namespaceSelected(request, match.namespaceSelector));
  if (namespace === false) return undefined;
  if (!objectSelected(request, match.objectSelector)) return undefined;
  if (match.excludeRules?.length && viaRules(request, match.excludeRules, match.matchPolicy)) return undefined;
  const invocation = viaRules(request, match.rules ?? [], match.matchPolicy);
  if (invocation !== undefined && namespace !== true) throw namespace;
  return invocation;
}

function attempt(ask: () => boolean): boolean | StatusError {
  try {
    return ask();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
}

function viaRules(
  request: AdmissionRequest,
  rules: readonly OperationRule[],
  matchPolicy: string | undefined,
): Invocation | undefined {
  const { definition, kind, subresource, server } = request;
  const target = targetOf(request);
  if (rules.some((rule) => ruleMatches(rule, target))) return { definition, kind };
  if (matchPolicy === "Exact" || rules.length === 0) return undefined;
  const others = server.versionsOf(definition).filter((each) => each !== definition);
  for (const rule of rules)
    for (const other of others)
      if (ruleMatches(rule, targetOf(request, other)))
        return { definition: other, kind: subresource === "" ? other : subresourceKind(other, subresource) };
  return undefined;
}

/** The kind that a subresource reads and writes: its own, or its resource's. */
export function subresourceKind(definition: ResourceDefinition, name: string): GroupVersionKind {
  return definition.subresources.find((each) => each.name === name)?.kind ?? definition;
}
