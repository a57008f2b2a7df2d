import { LIMIT_RANGES, type LimitRange } from "@pinnace/api";
import type { Draft } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { createObjectReader } from "../object-reader.ts";
import { refusals } from "../refusal.ts";
import { isRequest } from "../request-kind.ts";
import { type LimitViolations, maxConstraint, maxRequestConstraint, minConstraint, ratioConstraint } from "./limits.ts";
import { podLimits, podRequests } from "./pod-resources.ts";

const ANNOTATION = "kubernetes.io/limit-ranger";

/**
 * `LimitRanger`: a namespace's LimitRanges give containers default requests and limits, and bound those of containers,
 * pods and claims. Existing pods are left alone, but for `resize`.
 */
export function createLimitRanger(components: Pick<AdmissionComponents, "client" | "informers">): AdmissionPlugin {
  const ranges = createObjectReader(components, LIMIT_RANGES);
  return {
    name: "LimitRanger",
    handles: (request) =>
      isRequest(request, "pods", "CREATE") ||
      isRequest(request, "pods/resize", "UPDATE") ||
      isRequest(request, "persistentvolumeclaims", "CREATE", "UPDATE"),
    async mutate(request) {
      if (isClaim(request)) return;
      for (const range of await ranges.list(request.namespace)) setDefaults(request.object, range);
    },
    async validate(request) {
      if (request.object.metadata.deletionTimestamp !== undefined) return;
      const check = isClaim(request) ? claimViolations : podViolations;
      for (const range of await ranges.list(request.namespace)) {
        const violations = check(range, request.object);
        if (violations.length > 0) throw refusals(request, [...new Set(violations)]);
      }
    },
  };
}

function isClaim(request: AdmissionRequest): boolean {
  return request.definition.resource === "persistentvolumeclaims";
}

function limitsOf(range: LimitRange): readonly Draft[] {
  return range.spec?.limits ?? [];
}

function setDefaults(pod: Draft, range: LimitRange): void {
  const limits = Object.assign({}, ...limitsOf(range).map((limit) => limit.type === "Container" && limit.default));
  const requests = Object.assign(
    {},
    ...limitsOf(range).map((limit) => limit.type === "Container" && limit.defaultRequest),
  );
  const notes = [
    ...(pod.spec.containers ?? []).flatMap((c: Draft) => setContainerDefaults(c, "container", requests, limits)),
    ...(pod.spec.initContainers ?? []).flatMap((c: Draft) =>
      setContainerDefaults(c, "init container", requests, limits),
    ),
  ];
  if (notes.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${notes.join("; ")}`,
  };
}

type Quantities = Readonly<Record<string, string>>;

function setContainerDefaults(container: Draft, what: string, requests: Quantities, limits: Quantities): string[] {
  container.resources ??= {};
  const notes: string[] = [];
  for (const [member, noun, defaults] of [
    ["requests", "request", requests],
    ["limits", "limit", limits],
  ] as const) {
    const present = container.resources[member] ?? {};
    const missing = Object.keys(defaults).filter((name) => present[name] === undefined);
    if (missing.length === 0) continue;
    container.resources[member] = { ...defaults, ...present };
    notes.push(`${missing.sort().join(", ")} ${noun} for ${what} ${container.name}`);
  }
  return notes;
}

function podViolations(range: LimitRange, pod: Draft): LimitViolations {
  return limitsOf(range).flatMap((limit) => {
    if (limit.type === "Pod") return violationsOf(limit, podRequests(pod.spec), podLimits(pod.spec));
    if (limit.type !== "Container") return [];
    return [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].flatMap(({ resources }: Draft) =>
      violationsOf(limit, resources?.requests ?? {}, resources?.limits ?? {}),
    );
  });
}

function violationsOf(limit: Draft, requests: Quantities, limits: Quantities): LimitViolations {
  return [
    ...minConstraint(limit.type, limit.min, requests, limits),
    ...maxConstraint(limit.type, limit.max, requests, limits),
    ...ratioConstraint(limit.type, limit.maxLimitRequestRatio, requests, limits),
  ];
}

function claimViolations(range: LimitRange, claim: Draft): LimitViolations {
  const requests = claim.spec.resources?.requests ?? {};
  return limitsOf(range)
    .filter((limit) => limit.type === "PersistentVolumeClaim")
    .flatMap((limit) => [
      ...minConstraint(limit.type, limit.min, requests, {}),
      ...maxRequestConstraint(limit.type, limit.max, requests),
    ]);
}
