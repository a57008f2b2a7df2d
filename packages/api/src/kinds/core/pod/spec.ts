import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, forbiddenField, invalidValue, notFoundValue, required, tooLong } from "@pinnace/apimachinery";
import { goValue } from "../../rules/go-json.ts";
import { labels } from "../../rules/label-selector.ts";
import {
  all,
  between,
  each,
  fields,
  ifPresent,
  ifSet,
  needed,
  neededOneOf,
  oneOf,
  type Rule,
  text,
} from "../../rules/rule.ts";
import { dnsLabel, dnsSubdomain, dnsSubdomainUnderscore, legacyIp, qualifiedName } from "../../rules/text.ts";
import { ephemeralContainers, initContainers, type PodContext, regularContainers } from "./containers.ts";
import { operatingSystem, windowsHostProcess } from "./operating-system.ts";
import { overheadQuantities, podResources } from "./pod-resources.ts";
import { affinity, schedulingGates, toleration, topologySpread } from "./scheduling.ts";
import { podSecurityContext, userNamespaces } from "./security.ts";
import { podVolumes } from "./volumes.ts";

const INT32_MAX = 2_147_483_647;

const resourceClaim: Rule = (claim, path, errors) => {
  const { resourceClaimName: name, resourceClaimTemplateName: template } = claim;
  if (name !== undefined && template !== undefined) {
    const message = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified";
    errors.push(invalidValue(path, goValue("PodResourceClaim", claim), message));
  }
  if (name === undefined && template === undefined) {
    errors.push(
      invalidValue(
        path,
        goValue("PodResourceClaim", claim),
        "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`",
      ),
    );
  }
  fields({
    resourceClaimName: ifPresent(text(dnsSubdomain)),
    resourceClaimTemplateName: ifPresent(text(dnsSubdomain)),
  })(claim, path, errors, undefined);
};

function resourceClaims(claims: readonly Draft[], path: FieldPath, errors: FieldError[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [position, claim] of claims.entries()) {
    const at = path.index(position).child("name");
    if (!claim.name) errors.push(required(at));
    else if (names.has(claim.name)) errors.push(duplicate(at, claim.name));
    else text(dnsLabel)(claim.name, at, errors, claim);
    if (claim.name) names.add(claim.name);
    resourceClaim(claim, path.index(position), errors, undefined);
  }
  return names;
}

const MAX_SEARCH = 2048;

const search: Rule = (value, path, errors) => {
  if (value === ".") return;
  text(dnsSubdomainUnderscore)(value.endsWith(".") ? value.slice(0, -1) : value, path, errors, undefined);
};

const dnsConfig: Rule = (value, path, errors, spec) => {
  if (spec.dnsPolicy === "None") {
    if (!value) return void errors.push(required(path, "must provide `dnsConfig` when `dnsPolicy` is None"));
    if (!value.nameservers?.length) {
      const message = "must provide at least one DNS nameserver when `dnsPolicy` is None";
      return void errors.push(required(path.child("nameservers"), message));
    }
  }
  const { nameservers = [], searches = [], options = [] } = value ?? {};
  const at = path.child("searches");
  if (nameservers.length > 3) {
    errors.push(invalidValue(path.child("nameservers"), nameservers, "must not have more than 3 nameservers"));
  }
  each(legacyIp())(nameservers, path.child("nameservers"), errors, value);
  if (searches.length > 32) errors.push(invalidValue(at, searches, "must not have more than 32 search paths"));
  if (searches.join(" ").length > MAX_SEARCH) {
    const message = `must not have more than ${MAX_SEARCH} characters (including spaces) in the search list`;
    errors.push(invalidValue(at, searches, message));
  }
  each(search)(searches, at, errors, value);
  for (const [position, option] of options.entries()) {
    if (!option.name) errors.push(required(path.child("options").index(position), "must not be empty"));
  }
};

function hostPortsMatch(spec: Draft, inPod: boolean, path: FieldPath, errors: FieldError[]): void {
  if (!spec.hostNetwork) return;
  for (const [position, container] of (spec.containers ?? []).entries()) {
    for (const [index, { hostPort = 0, containerPort }] of (container.ports ?? []).entries()) {
      if (hostPort === containerPort || (hostPort === 0 && !inPod)) continue;
      const at = path.child("containers").index(position).child("ports").index(index).child("hostPort");
      errors.push(invalidValue(at, hostPort, "must match `containerPort` when `hostNetwork` is true"));
    }
  }
}

const hostnameOverride: Rule = (value, path, errors, spec) => {
  if (value === undefined || value === null) return;
  if (spec.setHostnameAsFQDN) errors.push(forbiddenField(path, "may not be specified when setHostnameAsFQDN is true"));
  if (spec.hostNetwork) errors.push(forbiddenField(path, "may not be specified when hostNetwork is true"));
  if (value.length > 64) errors.push(tooLong(path, 64));
  text(dnsSubdomain)(value, path, errors, spec);
};

function fileVolumes(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    for (const [position, container] of (spec[list] ?? []).entries()) {
      for (const [index, variable] of (container.env ?? []).entries()) {
        const reference = variable.valueFrom?.fileKeyRef;
        if (!reference) continue;
        const env = path.child(list).index(position).child("env").index(index);
        const at = env.child("valueFrom", "fileKeyRef", "volumeName");
        const volume = (spec.volumes ?? []).find((each: Draft) => each.name === reference.volumeName);
        if (!volume) errors.push(notFoundValue(at, reference.volumeName ?? ""));
        else if (!volume.emptyDir) {
          errors.push(invalidValue(at, reference.volumeName, "referenced volume must be of type emptyDir"));
        }
      }
    }
  }
}

/** Members that are checked one by one, before the parts that need the whole spec. */
const scheduling = fields({
  restartPolicy: neededOneOf("Always", "OnFailure", "Never"),
  dnsPolicy: neededOneOf("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
  nodeSelector: labels,
});

const placement = fields({
  affinity: ifPresent(affinity),
  dnsConfig,
  readinessGates: each(fields({ conditionType: text(qualifiedName) })),
  schedulingGates,
  topologySpreadConstraints: topologySpread,
});

const names = fields({
  hostnameOverride,
  serviceAccountName: ifSet(text(dnsSubdomain)),
  nodeName: ifSet(text(dnsSubdomain)),
  activeDeadlineSeconds: ifPresent(between(1, INT32_MAX)),
  hostname: ifSet(text(dnsLabel)),
  subdomain: ifSet(text(dnsLabel)),
  tolerations: each(toleration),
  hostAliases: each(fields({ ip: legacyIp(), hostnames: each(text(dnsSubdomain)) })),
  priorityClassName: ifSet(text(dnsSubdomain)),
  runtimeClassName: ifPresent(text(dnsSubdomain)),
  preemptionPolicy: ifPresent(needed(oneOf("PreemptLowerPriority", "Never"))),
});

interface PodSpecOptions {
  /** The pod's name, for the claims of its ephemeral volumes; absent for a template. */
  readonly podName?: string;
  /** False for a template. */
  readonly inPod: boolean;
}

/** Checks a pod's spec, in upstream's order. */
export function podSpec(spec: Draft, path: FieldPath, errors: FieldError[], options: PodSpecOptions): void {
  const grace = spec.terminationGracePeriodSeconds ?? undefined;
  if (grace === undefined) errors.push(required(path.child("terminationGracePeriodSeconds")));
  const volumes = podVolumes(spec.volumes ?? [], options.podName, path.child("volumes"), errors);
  const claims = resourceClaims(spec.resourceClaims ?? [], path.child("resourceClaims"), errors);
  const context: PodContext = { spec, volumes, claims, grace, hostUsers: spec.hostUsers !== false };
  regularContainers(context, path.child("containers"), errors);
  initContainers(context, path.child("initContainers"), errors);
  ephemeralContainers(context, path.child("ephemeralContainers"), errors);
  podResources(spec, claims, path, errors);
  hostPortsMatch(spec, options.inPod, path, errors);
  scheduling(spec, path, errors, undefined);
  ifPresent(podSecurityContext(spec))(spec.securityContext, path.child("securityContext"), errors, spec);
  placement(spec, path, errors, undefined);
  windowsHostProcess(spec, path, errors);
  all(userNamespaces, names)(spec, path, errors, undefined);
  if (spec.overhead) overheadQuantities(spec.overhead, path.child("overhead"), errors);
  operatingSystem(spec, path, errors);
  fileVolumes(spec, path, errors);
}
