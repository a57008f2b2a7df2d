import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue, nameIsDnsLabel } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { same } from "../rules/equal.ts";
import { age, formatLabels, name } from "../tables/cell.ts";
import { UPSERT } from "../tables/kind.ts";
import { SERVICE_COLUMNS } from "./columns.ts";
import { clusterIpErrors, clusterIpUpdateErrors } from "./service-addresses.ts";
import { defaultService, isExternallyAccessible, needsHealthCheck, normalizeClusterIps } from "./service-defaults.ts";
import { loadBalancerClass, loadBalancerStatus, serviceErrors } from "./service-validation.ts";

function isBalanced(spec: Draft): boolean {
  return spec.type === "LoadBalancer";
}

function usesNodePorts(spec: Draft): boolean {
  return spec.type === "NodePort" || spec.type === "LoadBalancer";
}

/** Members that mean something only while a condition holds. */
const CONDITIONAL: readonly (readonly [applies: (spec: Draft) => boolean, groups: readonly (readonly string[])[]])[] = [
  [(spec) => spec.type !== "ExternalName", [["clusterIP", "clusterIPs"], ["ipFamilies"], ["ipFamilyPolicy"]]],
  [needsHealthCheck, [["healthCheckNodePort"]]],
  [isBalanced, [["allocateLoadBalancerNodePorts"], ["loadBalancerClass"]]],
  [isExternallyAccessible, [["externalTrafficPolicy"]]],
];

function dropNodePorts(spec: Draft, old: Draft): void {
  if (!usesNodePorts(old) || usesNodePorts(spec)) return;
  const known = new Set((old.ports ?? []).map((port: Draft) => port.nodePort));
  const ports: readonly Draft[] = spec.ports ?? [];
  if (ports.every((port) => !port.nodePort || known.has(port.nodePort))) for (const port of ports) delete port.nodePort;
}

/** Wipes what a change of type makes meaningless, unless the client changed it, too. */
function dropTypeDependent(service: Draft, old: Draft): void {
  const { spec } = service;
  for (const [applies, groups] of CONDITIONAL) {
    if (!applies(old.spec) || applies(spec)) continue;
    for (const members of groups) {
      const kept = members.every((each) => same(spec[each], old.spec[each]));
      if (kept) for (const member of members) delete spec[member];
    }
  }
  dropNodePorts(spec, old.spec);
  if (!isBalanced(spec)) service.status = { ...service.status, loadBalancer: {} };
}

/** Upstream's allocator checks addresses and families before it works; what it refuses is all that the client sees. */
/** What the allocation of addresses cannot work with is refused before all else. */
function createErrors(service: Draft): FieldError[] {
  const refused = clusterIpErrors(service.spec, undefined);
  return refused.length > 0 ? refused : serviceErrors(service);
}

function updateErrors(service: Draft, old: Draft): FieldError[] {
  const { spec } = service;
  const refused = clusterIpErrors(spec, old.spec);
  if (refused.length > 0) return refused;
  const errors = clusterIpUpdateErrors(spec, old.spec);
  if (isBalanced(spec) && isBalanced(old.spec) && spec.loadBalancerClass !== old.spec.loadBalancerClass) {
    const path = fieldPath("spec", "loadBalancerClass");
    errors.push(invalidValue(path, spec.loadBalancerClass ?? null, "may not change once set"));
  }
  errors.push(...loadBalancerClass(spec));
  const checked = needsHealthCheck(spec) && needsHealthCheck(old.spec);
  if (checked && spec.healthCheckNodePort !== old.spec.healthCheckNodePort) {
    errors.push(forbiddenField(fieldPath("spec", "healthCheckNodePort"), "field is immutable"));
  }
  return [...errors, ...serviceErrors(service, old)];
}

function warnings({ spec, metadata }: Draft): string[] {
  const found: string[] = [];
  const headless = spec.type === "ClusterIP" && spec.clusterIP === "None";
  if (metadata?.annotations?.["service.kubernetes.io/topology-aware-hints"] !== undefined) {
    const use = "please use service.kubernetes.io/topology-mode instead";
    found.push(`annotation service.kubernetes.io/topology-aware-hints is deprecated, ${use}`);
  }
  if (headless) {
    if (spec.loadBalancerIP) found.push("spec.loadBalancerIP is ignored for headless services");
    if (spec.externalIPs?.length) found.push("spec.externalIPs is ignored for headless services");
    if (spec.sessionAffinity !== "None") found.push("spec.SessionAffinity is ignored for headless services");
  }
  if (spec.externalIPs?.length && !headless && spec.type !== "ExternalName") {
    found.push("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  if (spec.type === "ExternalName" && spec.externalIPs?.length) {
    found.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (spec.type !== "ExternalName" && spec.externalName) {
    found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === "PreferClose") {
    found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return found;
}

function externalIp({ spec = {}, status }: Draft): string {
  const own: readonly string[] = spec.externalIPs ?? [];
  if (spec.type === "ExternalName") return spec.externalName ?? "";
  if (spec.type === "ClusterIP" || spec.type === "NodePort") return own.join(",") || "<none>";
  if (spec.type !== "LoadBalancer") return "<unknown>";
  const ingress = new Set<string>(
    (status?.loadBalancer?.ingress ?? []).map((each: Draft) => each.ip || each.hostname).filter(Boolean),
  );
  return [...[...ingress].sort(), ...own].join(",") || "<pending>";
}

function portsText(ports: readonly Draft[]): string {
  const texts = ports.map(({ port, nodePort, protocol }) => `${port}${nodePort > 0 ? `:${nodePort}` : ""}/${protocol}`);
  return texts.join(",") || "<none>";
}

/** Service (core/v1). Addresses and node ports are allocated by the server before validation. */
export const service: KindBehaviour = {
  default: defaultService,
  columns: SERVICE_COLUMNS,
  cells: (object, context) => {
    const { spec = {} } = object;
    return [
      name(object),
      spec.type ?? "",
      spec.clusterIPs?.[0] ?? "<none>",
      externalIp(object),
      portsText(spec.ports ?? []),
      age(object, context),
      formatLabels(spec.selector),
    ];
  },
  fieldNames: ["spec.clusterIP", "spec.type"],
  fields: ({ spec }: Draft) => ({ "spec.clusterIP": spec?.clusterIP ?? "", "spec.type": spec?.type ?? "" }),
  strategy: {
    ...UPSERT,
    validateName: nameIsDnsLabel,
    prepareForCreate: (object) => {
      object.status = { loadBalancer: {} };
      normalizeClusterIps(object.spec);
    },
    prepareForUpdate: (object, old) => {
      object.status = old.status;
      normalizeClusterIps(object.spec, old.spec);
      dropTypeDependent(object, old);
    },
    validate: createErrors,
    validateUpdate: updateErrors,
    warningsOnCreate: warnings,
    warningsOnUpdate: warnings,
  },
  statusStrategy: {
    prepareForUpdate: (object, old) => {
      object.spec = old.spec;
    },
    validateUpdate: loadBalancerStatus,
  },
};
