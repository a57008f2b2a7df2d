import type { ResourceDefinition, StoredSubresource, Strategy, StrategyContext } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";
import type { RestContext } from "./rest-context.ts";

export function strategyContext(rest: RestContext, request: ResourceRequest): StrategyContext {
  return { now: rest.clock.now(), user: request.user, subresource: request.info.subresource };
}

/** The strategy for writes through a path: the subresource's own, or the resource's. */
export function strategyOf(definition: ResourceDefinition, subresource: string): Strategy {
  if (subresource === "") return definition.strategy;
  const stored = definition.subresources.find((each) => each.name === subresource) as StoredSubresource | undefined;
  return stored?.strategy ?? definition.strategy;
}
