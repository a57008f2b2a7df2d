import type { Draft, FieldError } from "@pinnace/apimachinery";
import {
  duplicate,
  fieldPath,
  forbiddenField,
  invalidValue,
  notSupported,
  parseIp,
  required,
} from "@pinnace/apimachinery";
import { endpointIp } from "../discovery/endpoint-address.ts";
import { labels } from "../rules/label-selector.ts";
import { ifPresent, neededOneOf, oneOf, text } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain, legacyCidr, legacyIp, portNumber, qualifiedName } from "../rules/text.ts";
import { portNumberOrName } from "./pod/probes.ts";
import { clusterIpErrors } from "./service-addresses.ts";
import { isExternallyAccessible, isHeadless, needsHealthCheck } from "./service-defaults.ts";

const SPEC = fieldPath("spec");
const MAX_TIMEOUT = 86_400;
const HINTS = "service.kubernetes.io/topology-aware-hints";
const MODE = "service.kubernetes.io/topology-mode";
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

function typeErrors(spec: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const { type } = spec;
  if (!spec.ports?.length && !isHeadless(spec) && type !== "ExternalName") errors.push(required(SPEC.child("ports")));
  if ((type === "LoadBalancer" || type === "NodePort") && isHeadless(spec)) {
    const message = `may not be set to 'None' for ${type} services`;
    errors.push(invalidValue(SPEC.child("clusterIPs").index(0), "None", message));
  }
  return type === "ExternalName" ? [...errors, ...externalName(spec)] : errors;
}

function externalName(spec: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const detail = "may not be set for ExternalName services";
  if (spec.clusterIPs?.length) errors.push(forbiddenField(SPEC.child("clusterIPs"), detail));
  if (spec.ipFamilies?.length) errors.push(forbiddenField(SPEC.child("ipFamilies"), detail));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbiddenField(SPEC.child("ipFamilyPolicy"), detail));
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  const at = SPEC.child("externalName");
  if (name === "") errors.push(required(at));
  else text(dnsSubdomain)(name, at, errors, spec);
  return errors;
}

function ports(spec: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const list = spec.ports ?? [];
  const names = new Set<string>();
  for (const [position, port] of list.entries()) {
    const at = SPEC.child("ports").index(position);
    if (port.name) {
      text(dnsLabel)(port.name, at.child("name"), errors, port);
      if (names.has(port.name)) errors.push(duplicate(at.child("name"), port.name));
      names.add(port.name);
    } else if (list.length > 1) errors.push(required(at.child("name")));
    for (const message of portNumber(port.port ?? 0))
      errors.push(invalidValue(at.child("port"), port.port ?? 0, message));
    neededOneOf("SCTP", "TCP", "UDP")(port.protocol, at.child("protocol"), errors, port);
    portNumberOrName(port.targetPort, at.child("targetPort"), errors, port);
    ifPresent(text(qualifiedName))(port.appProtocol, at.child("appProtocol"), errors, port);
  }
  return errors;
}

function affinity(spec: Draft): FieldError[] {
  const errors: FieldError[] = [];
  neededOneOf("ClientIP", "None")(spec.sessionAffinity, SPEC.child("sessionAffinity"), errors, spec);
  const at = SPEC.child("sessionAffinityConfig");
  if (spec.sessionAffinity === "ClientIP") {
    const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
    if (seconds <= 0 || seconds > MAX_TIMEOUT) {
      const message = `must be greater than 0 and less than ${MAX_TIMEOUT}`;
      errors.push(invalidValue(at.child("clientIP", "timeoutSeconds"), seconds, message));
    }
  } else if (spec.sessionAffinity === "None" && spec.sessionAffinityConfig) {
    errors.push(forbiddenField(at, "must not be set when session affinity is None"));
  }
  return errors;
}

function externalIps(spec: Draft, old: Draft | undefined): FieldError[] {
  const errors: FieldError[] = [];
  for (const [position, address] of (spec.externalIPs ?? []).entries()) {
    const found: FieldError[] = [];
    const at = SPEC.child("externalIPs").index(position);
    legacyIp(old?.externalIPs)(address, at, found, spec);
    if (found.length === 0) endpointIp(address, at, found, spec);
    errors.push(...found);
  }
  return errors;
}

function portUse(spec: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const nodePorts = new Set<string>();
  const list: readonly Draft[] = spec.ports ?? [];
  const at = SPEC.child("ports");
  if (spec.type === "ClusterIP") {
    for (const [position, port] of list.entries()) {
      const detail = "may not be used when `type` is 'ClusterIP'";
      if (port.nodePort) errors.push(forbiddenField(at.index(position).child("nodePort"), detail));
    }
  }
  for (const [position, { protocol, nodePort }] of list.entries()) {
    if (!nodePort) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(at.index(position).child("nodePort"), nodePort));
    nodePorts.add(key);
  }
  const seen = new Set<string>();
  for (const [position, { protocol, port }] of list.entries()) {
    const key = `${protocol}/${port}`;
    if (seen.has(key)) errors.push(duplicate(at.index(position), duplicatePort(protocol, port)));
    seen.add(key);
  }
  return errors;
}

/** The value of a duplicate port as upstream prints it: its internal type, every member. */
function duplicatePort(protocol: string, port: number): Draft {
  return { Name: "", Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
}

const RANGES_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges";

function sourceRanges(service: Draft, old: Draft | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const { spec, metadata } = service;
  const list: readonly string[] = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata?.annotations?.[RANGES_ANNOTATION];
  if (list.length > 0) {
    const at = SPEC.child("LoadBalancerSourceRanges");
    if (spec.type !== "LoadBalancer") errors.push(forbiddenField(at, ONLY_LOAD_BALANCER));
    const known = (old?.spec.loadBalancerSourceRanges ?? []).map((range: string) => range.trim());
    for (const [position, range] of list.entries()) legacyCidr(known)(range.trim(), at.index(position), errors, spec);
  } else if (annotation !== undefined) {
    const at = fieldPath("metadata", "annotations").key(RANGES_ANNOTATION);
    if (spec.type !== "LoadBalancer") errors.push(forbiddenField(at, ONLY_LOAD_BALANCER));
    if (annotation.trim() === "" || annotation === old?.metadata?.annotations?.[RANGES_ANNOTATION]) return errors;
    for (const range of annotation.split(",")) legacyCidr()(range.trim(), at, errors, spec);
  }
  return errors;
}

/** `loadBalancerClass`: a qualified name, for load balancers only. */
export function loadBalancerClass(spec: Draft): FieldError[] {
  const at = SPEC.child("loadBalancerClass");
  const value = spec.loadBalancerClass;
  if (value === undefined || value === null) return [];
  if (spec.type !== "LoadBalancer") return [forbiddenField(at, ONLY_LOAD_BALANCER)];
  return qualifiedName(value).map((message) => invalidValue(at, value, message));
}

function trafficPolicies(spec: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const external = SPEC.child("externalTrafficPolicy");
  if (isExternallyAccessible(spec)) neededOneOf("Cluster", "Local")(spec.externalTrafficPolicy, external, errors, spec);
  else if (spec.externalTrafficPolicy) {
    errors.push(
      invalidValue(external, spec.externalTrafficPolicy, "may only be set for externally-accessible services"),
    );
  }
  const health = SPEC.child("healthCheckNodePort");
  const port = spec.healthCheckNodePort ?? 0;
  if (!needsHealthCheck(spec)) {
    const message = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (port !== 0) errors.push(invalidValue(health, port, message));
  } else if (port !== 0) for (const message of portNumber(port)) errors.push(invalidValue(health, port, message));
  ifPresent(oneOf("Cluster", "Local"))(spec.internalTrafficPolicy, SPEC.child("internalTrafficPolicy"), errors, spec);
  const distributions = ["PreferClose", "PreferSameZone", "PreferSameNode"];
  const given = spec.trafficDistribution;
  if (given !== undefined && given !== null && !distributions.includes(given)) {
    errors.push(notSupported(SPEC.child("trafficDistribution"), given, distributions));
  }
  return errors;
}

/** Everything wrong with a Service but its name, in upstream's order. */
export function serviceErrors(service: Draft, old?: Draft): FieldError[] {
  const { spec, metadata } = service;
  const errors: FieldError[] = [];
  const { [HINTS]: hints, [MODE]: mode } = metadata?.annotations ?? {};
  if (hints !== undefined && mode !== undefined && hints !== mode) {
    const message = `must match annotations[${HINTS}] when both are specified`;
    errors.push(invalidValue(fieldPath("metadata", "annotations").key(MODE), mode, message));
  }
  errors.push(...typeErrors(spec), ...ports(spec));
  labels(spec.selector, SPEC.child("selector"), errors, spec);
  errors.push(...affinity(spec), ...clusterIpErrors(spec, old?.spec), ...externalIps(spec, old?.spec));
  neededOneOf("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")(spec.type, SPEC.child("type"), errors, spec);
  errors.push(...portUse(spec), ...sourceRanges(service, old));
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== "LoadBalancer") {
    errors.push(forbiddenField(SPEC.child("allocateLoadBalancerNodePorts"), ONLY_LOAD_BALANCER));
  }
  return [...errors, ...loadBalancerClass(spec), ...trafficPolicies(spec)];
}

/** What a Service's status may say about its load balancer. */
export function loadBalancerStatus(service: Draft, old: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const at = fieldPath("status", "loadBalancer", "ingress");
  const list = service.status?.loadBalancer?.ingress ?? [];
  if (service.spec.type !== "LoadBalancer") {
    return list.length > 0 ? [forbiddenField(at, "may only be used when `spec.type` is 'LoadBalancer'")] : [];
  }
  const known = (old.status?.loadBalancer?.ingress ?? []).map((each: Draft) => each.ip).filter(Boolean);
  for (const [position, { ip = "", ipMode, hostname = "" }] of list.entries()) {
    const path = at.index(position);
    if (ip) legacyIp(known)(ip, path.child("ip"), errors, list);
    if (ipMode === undefined) {
      if (ip) errors.push(required(path.child("ipMode"), "must be specified when `ip` is set"));
    } else if (!ip) errors.push(forbiddenField(path.child("ipMode"), "may not be specified when `ip` is not set"));
    else oneOf("Proxy", "VIP")(ipMode, path.child("ipMode"), errors, list);
    if (!hostname) continue;
    text(dnsSubdomain)(hostname, path.child("hostname"), errors, list);
    if (parseIp(hostname, { sloppy: true }) === undefined) continue;
    errors.push(invalidValue(path.child("hostname"), hostname, "must be a DNS name, not an IP address"));
  }
  return errors;
}
