import { type Draft, type KubernetesObject, parseApiVersion, type ResourceDefinition } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "../contract.ts";
import { type Invocation, invocationOf } from "../matching/invocation.ts";

/** A policy with the bindings that use it. */
export interface PolicyHook {
  readonly policy: Draft;
  readonly bindings: readonly Draft[];
}

const GROUP = "admissionregistration.k8s.io";
const NONE: readonly PolicyHook[] = [];

interface Snapshot {
  readonly bindings: readonly KubernetesObject[];
  readonly hooks: readonly PolicyHook[];
}

const snapshots = new WeakMap<readonly KubernetesObject[], Snapshot>();

/** The policies of a kind that have bindings, in order of their names. `resource` is that of the policies. */
export function policyHooks(
  { server }: AdmissionRequest,
  resource: string,
  bindingResource: string,
): readonly PolicyHook[] {
  const [policies, bindings] = [resource, bindingResource].map((name) => {
    const definition = server.find(GROUP, "v1", name);
    return definition && server.objects(definition);
  });
  if (!policies?.size || !bindings?.size) return NONE;
  const listed = { policies: policies.list(), bindings: bindings.list() };
  const known = snapshots.get(listed.policies);
  if (known?.bindings === listed.bindings) return known.hooks;
  const hooks = join(listed.policies, listed.bindings);
  snapshots.set(listed.policies, { bindings: listed.bindings, hooks });
  return hooks;
}

function join(policies: readonly KubernetesObject[], bindings: readonly KubernetesObject[]): readonly PolicyHook[] {
  const byPolicy = Map.groupBy(bindings as readonly Draft[], ({ spec }) => spec.policyName as string);
  return policies.flatMap((policy) => {
    const own = byPolicy.get(policy.metadata?.name ?? "");
    return own === undefined ? [] : [{ policy, bindings: own }];
  });
}

/** At which version a policy sees the request; undefined when its constraints do not match. */
export function policyInvocation(request: AdmissionRequest, { spec }: Draft): Invocation | undefined {
  return matchResources(request, spec.matchConstraints);
}

/** Whether a binding matches the request. */
export function bindingMatches(request: AdmissionRequest, { spec }: Draft): boolean {
  return spec.matchResources === undefined || matchResources(request, spec.matchResources) !== undefined;
}

/** Without rules everything matches that is not excluded. */
function matchResources(request: AdmissionRequest, match: Draft): Invocation | undefined {
  const { resourceRules = [], excludeResourceRules = [], ...others } = match;
  const rules = resourceRules.length > 0 ? resourceRules : [EVERYTHING];
  return invocationOf(request, { ...others, rules, excludeRules: excludeResourceRules });
}

const EVERYTHING = { operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] };

/** The resource that a policy takes its parameters from. */
interface ParamSource {
  readonly definition: ResourceDefinition | undefined;
  /** Why there is none though the policy names one. */
  readonly error?: string;
}

export function paramSource({ server }: AdmissionRequest, { spec }: Draft): ParamSource {
  const { paramKind } = spec;
  if (paramKind === undefined) return { definition: undefined };
  const { group, version } = parseApiVersion(paramKind.apiVersion);
  const definition = server.findKind(group, version, paramKind.kind);
  if (definition !== undefined) return { definition };
  const kind = `${group}/${version}, Kind=${paramKind.kind}`;
  return { definition, error: `failed to find resource referenced by paramKind: '${kind}'` };
}
