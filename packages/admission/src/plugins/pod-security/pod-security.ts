import { NAMESPACES, PODS } from "@pinnace/api";
import { type Draft, invalid } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contract.ts";
import { createObjectReader } from "../../object-reader.ts";
import { refusal } from "../../refusal.ts";
import { isRequest, resourceOf } from "../../request-kind.ts";
import type { PodTemplate } from "./check.ts";
import { existingPodWarnings } from "./existing-pods.ts";
import {
  describe,
  isStricter,
  type LevelVersion,
  type Policy,
  PREFIX,
  readPolicy,
  textOf,
  violationsOf,
} from "./policy.ts";

/** The template of each kind that makes pods. */
const TEMPLATES: Readonly<Record<string, (object: Draft) => Draft>> = {
  podtemplates: ({ template }) => template,
  replicationcontrollers: ({ spec }) => spec?.template,
  "replicasets.apps": ({ spec }) => spec?.template,
  "deployments.apps": ({ spec }) => spec?.template,
  "statefulsets.apps": ({ spec }) => spec?.template,
  "daemonsets.apps": ({ spec }) => spec?.template,
  "jobs.batch": ({ spec }) => spec?.template,
  "cronjobs.batch": ({ spec }) => spec?.jobTemplate?.spec?.template,
};

/**
 * `PodSecurity`: the Pod Security Standards, as labels `pod-security.kubernetes.io/{enforce,audit,warn}[-version]` of a
 * namespace ask for. Pods are refused; what makes pods only causes warnings; labelling warns about pods that are there.
 */
export function createPodSecurity(components: Pick<AdmissionComponents, "client" | "informers">): AdmissionPlugin {
  const namespaces = createObjectReader(components, NAMESPACES);
  const pods = createObjectReader(components, PODS);
  const policyOf = async (request: AdmissionRequest): Promise<Policy> =>
    readPolicy((await namespaces.get("", request.namespace))?.metadata?.labels).policy;
  return {
    name: "PodSecurity",
    handles: (request) =>
      isRequest(request, "namespaces", "CREATE", "UPDATE") ||
      isRequest(request, "pods", "CREATE", "UPDATE") ||
      isRequest(request, "pods/ephemeralcontainers", "UPDATE") ||
      (resourceOf(request) in TEMPLATES && isRequest(request, resourceOf(request), "CREATE", "UPDATE")),
    async validate(request) {
      const resource = resourceOf(request);
      if (resource === "namespaces") return checkNamespace(request, (name) => pods.list(name));
      if (resource !== "pods") {
        const template = TEMPLATES[resource]?.(request.object);
        if (template?.spec !== undefined) warnAndAudit(request, template, await policyOf(request));
      } else if (request.operation === "CREATE" || isSignificant(request.object, request.oldObject)) {
        const policy = await policyOf(request);
        enforce(request, policy.enforce);
        warnAndAudit(request, request.object, policy);
      }
    },
  };
}

function enforce(request: AdmissionRequest, level: LevelVersion): void {
  if (level.level === "privileged") return;
  request.annotate(`${PREFIX}enforce-policy`, textOf(level));
  const violations = violationsOf(request.object, level);
  if (violations.length > 0)
    throw refusal(request, `violates PodSecurity ${JSON.stringify(textOf(level))}: ${describe(violations)}`);
}

function warnAndAudit(request: AdmissionRequest, pod: PodTemplate, policy: Policy): void {
  const would = (level: LevelVersion): string | undefined => {
    const violations = violationsOf(pod, level);
    if (violations.length === 0) return undefined;
    return `would violate PodSecurity ${JSON.stringify(textOf(level))}: ${describe(violations)}`;
  };
  const audit = would(policy.audit);
  if (audit !== undefined) request.annotate(`${PREFIX}audit-violations`, audit);
  const warning = would(policy.warn);
  if (warning !== undefined) request.warn(warning);
}

/** An update matters when containers come or go, or change their image. */
function isSignificant(pod: Draft, old: Draft): boolean {
  return ["containers", "initContainers", "ephemeralContainers"].some((member) => {
    const [now, before]: readonly Draft[][] = [pod.spec[member] ?? [], old?.spec?.[member] ?? []];
    return now?.length !== before?.length || now?.some(({ image }, at) => image !== before?.[at]?.image);
  });
}

async function checkNamespace(
  request: AdmissionRequest,
  listPods: (namespace: string) => Promise<readonly Draft[]>,
): Promise<void> {
  const { name } = request.object.metadata;
  const old = readPolicy(request.oldObject?.metadata?.labels);
  const { policy, errors } = readPolicy(request.object.metadata.labels);
  const changed = JSON.stringify([policy, errors]) !== JSON.stringify([old.policy, old.errors]);
  if (errors.length > 0 && (request.operation === "CREATE" || changed)) throw invalid("", "Namespace", name, errors);
  if (request.operation === "CREATE") return;
  const [now, before] = [policy.enforce, old.policy.enforce];
  if (textOf(now) === textOf(before) || now.level === "privileged") return;
  if (now.version === before.version && isStricter(before.level, now.level)) return;
  for (const warning of existingPodWarnings(name, await listPods(name), now)) request.warn(warning);
}
