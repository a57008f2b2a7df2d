import type { Draft } from "@pinnace/apimachinery";
import {
  type Check,
  containers,
  containersOf,
  containersWhere,
  distinct,
  hasUserNamespace,
  type PodTemplate,
  quoted,
  setters,
  type Violation,
} from "./check.ts";

type Rule = (pod: PodTemplate, minor: number) => Violation | undefined;

const baseline = (id: string, violation: Rule, since = 0): Check => ({ id, level: "baseline", since, violation });

const APP_ARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

const appArmorProfile: Rule = ({ metadata, spec }) => {
  const isBad = (context: Draft): boolean =>
    context?.appArmorProfile !== undefined && !["RuntimeDefault", "Localhost"].includes(context.appArmorProfile.type);
  const names = containersWhere(spec, (container) => isBad(container.securityContext));
  const pod = isBad(spec.securityContext);
  const contexts = [spec, ...containersOf(spec)].map(({ securityContext }) => securityContext).filter(isBad);
  const annotations = Object.entries(metadata?.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APP_ARMOR_ANNOTATION) && !isAllowedProfile(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const values = [...distinct(contexts.map((context) => context.appArmorProfile.type)), ...annotations];
  if (values.length === 0) return undefined;
  const who = setters(pod, names);
  const notes = annotations.length === 0 ? [] : [annotations.length === 1 ? "annotation" : "annotations"];
  return {
    reason: values.length === 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles",
    detail: `${[who, ...notes].filter((part) => part !== "").join(" and ")} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

function isAllowedProfile(value: string): boolean {
  return value === "" || value === "runtime/default" || value.startsWith("localhost/");
}

const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

const capabilities: Rule = ({ spec }) => {
  const added = (container: Draft): readonly string[] =>
    (container.securityContext?.capabilities?.add ?? []).filter((name: string) => !DEFAULT_CAPABILITIES.has(name));
  const names = containersWhere(spec, (container) => added(container).length > 0);
  if (names.length === 0) return undefined;
  const values = quoted(distinct(containersOf(spec).flatMap(added)));
  return {
    reason: "non-default capabilities",
    detail: `${containers(names)} must not include ${values} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: Rule = ({ spec }) => {
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((member) => spec[member]);
  if (shared.length === 0) return undefined;
  return { reason: "host namespaces", detail: shared.map((member) => `${member}=true`).join(", ") };
};

const hostPathVolumes: Rule = ({ spec }) => {
  const names = (spec.volumes ?? []).filter((volume: Draft) => volume.hostPath).map((volume: Draft) => volume.name);
  if (names.length === 0) return undefined;
  return { reason: "hostPath volumes", detail: `${names.length === 1 ? "volume" : "volumes"} ${quoted(names)}` };
};

const hostPorts: Rule = ({ spec }) => {
  const ports = (container: Draft): readonly string[] =>
    (container.ports ?? []).filter((port: Draft) => port.hostPort).map((port: Draft) => String(port.hostPort));
  const names = containersWhere(spec, (container) => ports(container).length > 0);
  if (names.length === 0) return undefined;
  const values = distinct(containersOf(spec).flatMap(ports));
  const uses = `${names.length === 1 ? "uses" : "use"} ${values.length === 1 ? "hostPort" : "hostPorts"}`;
  return { reason: "hostPort", detail: `${containers(names)} ${uses} ${values.join(", ")}` };
};

const hostProbes: Rule = ({ spec }) => {
  const names = containersWhere(spec, (container) => hosts(container).length > 0);
  if (names.length === 0) return undefined;
  const values = distinct(containersOf(spec).flatMap(hosts));
  const uses = `${names.length === 1 ? "uses" : "use"} probe or lifecycle ${values.length === 1 ? "host" : "hosts"}`;
  return { reason: "probe or lifecycle host", detail: `${containers(names)} ${uses} ${quoted(values)}` };
};

function hosts(container: Draft): readonly string[] {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  return [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
    .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
    .filter((host) => host);
}

const privileged: Rule = ({ spec }) => {
  const names = containersWhere(spec, (container) => container.securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return { reason: "privileged", detail: `${containers(names)} must not set securityContext.privileged=true` };
};

const procMount: Rule = (pod) => {
  if (hasUserNamespace(pod)) return undefined;
  const value = (container: Draft): string => container.securityContext?.procMount ?? "Default";
  const names = containersWhere(pod.spec, (container) => value(container) !== "Default");
  if (names.length === 0) return undefined;
  const values = distinct(containersOf(pod.spec).map(value)).filter((mount) => mount !== "Default");
  return {
    reason: "procMount",
    detail: `${containers(names)} must not set securityContext.procMount to ${quoted(values)}`,
  };
};

const SE_LINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t"];

const seLinuxOptions: Rule = ({ spec }, minor) => {
  const allowed = minor >= 31 ? [...SE_LINUX_TYPES, "container_engine_t"] : SE_LINUX_TYPES;
  const options = (holder: Draft): Draft => holder.securityContext?.seLinuxOptions ?? {};
  const isBad = (holder: Draft): boolean => {
    const { type = "", user, role } = options(holder);
    return !allowed.includes(type) || Boolean(user) || Boolean(role);
  };
  const bad = [spec, ...containersOf(spec)].filter(isBad).map(options);
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map(({ type = "" }) => type).filter((type) => !allowed.includes(type)));
  const what = [
    ...(types.length > 0 ? [`${types.length === 1 ? "type" : "types"} ${quoted(types)}`] : []),
    ...(bad.some(({ user }) => user) ? ["user may not be set"] : []),
    ...(bad.some(({ role }) => role) ? ["role may not be set"] : []),
  ];
  const who = setters(isBad(spec), containersWhere(spec, isBad));
  return {
    reason: "seLinuxOptions",
    detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join("; ")}`,
  };
};

/** Who sets a seccomp profile other than the allowed ones, and which. */
export const seccompProfile: Rule = ({ spec }) => {
  const type = (holder: Draft): string | undefined => holder.securityContext?.seccompProfile?.type;
  const isBad = (holder: Draft): boolean =>
    type(holder) !== undefined && type(holder) !== "RuntimeDefault" && type(holder) !== "Localhost";
  const values = distinct([spec, ...containersOf(spec)].filter(isBad).map((holder) => type(holder) ?? ""));
  if (values.length === 0) return undefined;
  const who = setters(isBad(spec), containersWhere(spec, isBad));
  return {
    reason: "seccompProfile",
    detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  };
};

/** The minor version since which a sysctl is safe. */
const SAFE_SYSCTLS: Readonly<Record<string, number>> = {
  "kernel.shm_rmid_forced": 0,
  "net.ipv4.ip_local_port_range": 0,
  "net.ipv4.tcp_syncookies": 0,
  "net.ipv4.ping_group_range": 0,
  "net.ipv4.ip_unprivileged_port_start": 0,
  "net.ipv4.ip_local_reserved_ports": 27,
  "net.ipv4.tcp_keepalive_time": 29,
  "net.ipv4.tcp_fin_timeout": 29,
  "net.ipv4.tcp_keepalive_intvl": 29,
  "net.ipv4.tcp_keepalive_probes": 29,
  "net.ipv4.tcp_rmem": 32,
  "net.ipv4.tcp_wmem": 32,
};

const sysctls: Rule = ({ spec }, minor) => {
  const names: readonly string[] = (spec.securityContext?.sysctls ?? []).map(({ name }: Draft) => name);
  const forbidden = names.filter((name) => !(name in SAFE_SYSCTLS) || (SAFE_SYSCTLS[name] ?? 0) > minor);
  return forbidden.length === 0 ? undefined : { reason: "forbidden sysctls", detail: forbidden.join(", ") };
};

const windowsHostProcess: Rule = ({ spec }) => {
  const isBad = (holder: Draft): boolean => holder.securityContext?.windowsOptions?.hostProcess === true;
  const who = setters(isBad(spec), containersWhere(spec, isBad));
  if (who === "") return undefined;
  return { reason: "hostProcess", detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
};

/** The controls of the baseline level, in the order of their ids. */
export const BASELINE_CHECKS: readonly Check[] = [
  baseline("appArmorProfile", appArmorProfile),
  baseline("capabilities_baseline", capabilities),
  baseline("hostNamespaces", hostNamespaces),
  baseline("hostPathVolumes", hostPathVolumes),
  baseline("hostPorts", hostPorts),
  baseline("hostProbesAndHostLifecycle", hostProbes, 34),
  baseline("privileged", privileged),
  baseline("procMount", procMount),
  baseline("seLinuxOptions", seLinuxOptions),
  baseline("seccompProfile_baseline", seccompProfile, 19),
  baseline("sysctls", sysctls),
  baseline("windowsHostProcess", windowsHostProcess),
];
