import type { Draft } from "@pinnace/apimachinery";
import { seccompProfile } from "./baseline-checks.ts";
import {
  type Check,
  containers,
  containersOf,
  containersWhere,
  distinct,
  hasUserNamespace,
  isWindows,
  type PodTemplate,
  quoted,
  setters,
  type Violation,
} from "./check.ts";

type Rule = (pod: PodTemplate, minor: number) => Violation | undefined;

const allowPrivilegeEscalation: Rule = (pod, minor) => {
  if (isWindows(pod, minor)) return undefined;
  const names = containersWhere(pod.spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  return {
    reason: "allowPrivilegeEscalation != false",
    detail: `${containers(names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const capabilities: Rule = (pod, minor) => {
  if (isWindows(pod, minor)) return undefined;
  const member = (container: Draft, name: string): readonly string[] =>
    container.securityContext?.capabilities?.[name] ?? [];
  const added = (container: Draft) => member(container, "add").filter((name) => name !== "NET_BIND_SERVICE");
  const keeping = containersWhere(pod.spec, (container) => !member(container, "drop").includes("ALL"));
  const adding = containersWhere(pod.spec, (container) => added(container).length > 0);
  const values = quoted(distinct(containersOf(pod.spec).flatMap(added)));
  const details = [
    ...(keeping.length > 0 ? [`${containers(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [`${containers(adding)} must not include ${values} in securityContext.capabilities.add`]
      : []),
  ];
  return details.length === 0 ? undefined : { reason: "unrestricted capabilities", detail: details.join("; ") };
};

const VOLUME_TYPES: ReadonlySet<string> = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

const volumes: Rule = ({ spec }) => {
  const type = (volume: Draft): string => Object.keys(volume).find((member) => member !== "name") ?? "unknown";
  const bad = (spec.volumes ?? []).filter((volume: Draft) => !VOLUME_TYPES.has(type(volume)));
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map(type));
  const names = quoted(bad.map(({ name }: Draft) => name));
  const subject = bad.length === 1 ? `volume ${names} uses` : `volumes ${names} use`;
  return {
    reason: "restricted volume types",
    detail: `${subject} restricted volume ${types.length === 1 ? "type" : "types"} ${quoted(types)}`,
  };
};

const runAsNonRoot: Rule = (pod) => {
  if (hasUserNamespace(pod)) return undefined;
  const reason = "runAsNonRoot != true";
  const setting = (holder: Draft): boolean | undefined => holder.securityContext?.runAsNonRoot;
  const who = setters(
    setting(pod.spec) === false,
    containersWhere(pod.spec, (container) => setting(container) === false),
  );
  if (who !== "") return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  const silent = containersWhere(pod.spec, (container) => setting(container) === undefined);
  if (setting(pod.spec) === true || silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containers(silent)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser: Rule = (pod) => {
  if (hasUserNamespace(pod)) return undefined;
  const isRoot = (holder: Draft): boolean => holder.securityContext?.runAsUser === 0;
  const who = setters(isRoot(pod.spec), containersWhere(pod.spec, isRoot));
  return who === "" ? undefined : { reason: "runAsUser=0", detail: `${who} must not set runAsUser=0` };
};

const seccomp: Rule = (pod, minor) => {
  if (isWindows(pod, minor)) return undefined;
  const explicit = seccompProfile(pod, minor);
  if (explicit !== undefined) return explicit;
  const type = (holder: Draft): string | undefined => holder.securityContext?.seccompProfile?.type;
  const silent = containersWhere(pod.spec, (container) => type(container) === undefined);
  if (type(pod.spec) !== undefined || silent.length === 0) return undefined;
  const must = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return { reason: "seccompProfile", detail: `pod or ${containers(silent)} ${must}` };
};

const restricted = (id: string, since: number, violation: Rule, overrides?: string): Check => ({
  id,
  level: "restricted",
  since,
  violation,
  ...(overrides === undefined ? {} : { overrides }),
});

/** The controls that the restricted level adds to the baseline, in the order of their ids. */
export const RESTRICTED_CHECKS: readonly Check[] = [
  restricted("allowPrivilegeEscalation", 8, allowPrivilegeEscalation),
  restricted("capabilities_restricted", 22, capabilities, "capabilities_baseline"),
  restricted("restrictedVolumes", 0, volumes, "hostPathVolumes"),
  restricted("runAsNonRoot", 0, runAsNonRoot),
  restricted("runAsUser", 23, runAsUser),
  restricted("seccompProfile_restricted", 19, seccomp, "seccompProfile_baseline"),
];
