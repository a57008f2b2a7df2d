import type { Draft } from "@pinnace/apimachinery";
import { add, compareQuantities } from "../../rules/quantity.ts";
import { defaultRequirements, defaultResourceList, requestsFromLimits } from "../resource-list.ts";
import { defaultContainer } from "./container-defaults.ts";
import { defaultVolume } from "./volume-defaults.ts";

/** Defaults of a pod's spec, wherever it is: in a Pod or in a template. */
function defaultPodSpec(spec: Draft): void {
  spec.dnsPolicy ||= "ClusterFirst";
  spec.restartPolicy ||= "Always";
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= "default-scheduler";
  copyServiceAccount(spec);
  dropFalse(spec, "hostNetwork", "hostPID", "hostIPC");
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  for (const list of [spec.initContainers, spec.containers, spec.ephemeralContainers]) {
    for (const container of list ?? []) defaultContainer(container);
  }
  defaultResourceList(spec.overhead);
  defaultRequirements(spec.resources);
}

/** `serviceAccount` is the old name of `serviceAccountName`, which wins. */
function copyServiceAccount(spec: Draft): void {
  const name = spec.serviceAccountName || spec.serviceAccount;
  if (!name) return;
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
}

function dropFalse(object: Draft, ...names: readonly string[]): void {
  for (const name of names) if (object[name] === false) delete object[name];
}

/** Defaults of a pod template. Some defaults of a pod wait until a pod is made of it. */
export function defaultPodTemplate(template: Draft): void {
  template.metadata ??= {};
  template.spec ??= {};
  defaultPodSpec(template.spec);
}

/** Defaults of a Pod (SetDefaults_Pod and SetDefaults_PodSpec). */
export function defaultPod(pod: Draft): void {
  pod.spec ??= {};
  const { spec } = pod;
  defaultPodSpec(spec);
  for (const list of [spec.containers, spec.initContainers]) {
    for (const container of list ?? []) requestsFromLimits(container.resources);
  }
  defaultPodResources(spec);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) defaultHostPorts(spec);
  if (spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1;
}

function defaultHostPorts(spec: Draft): void {
  for (const list of [spec.containers, spec.initContainers]) {
    for (const container of list ?? []) {
      for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
    }
  }
}

/** What the pod-level `resources` can hold besides huge pages. */
const POD_LEVEL = new Set(["cpu", "memory"]);

function isHugePage(name: string): boolean {
  return name.startsWith("hugepages-");
}

/** Fills pod-level limits and requests from those of the containers, when some are given (KEP-2837). */
function defaultPodResources(spec: Draft): void {
  const { resources } = spec;
  if (!resources) return;
  const { limits = {}, requests = {} } = resources;
  if (Object.keys(limits).length === 0 && Object.keys(requests).length === 0) return;
  for (const [name, sum] of Object.entries(sumOfContainers(spec, "limits"))) {
    if (isHugePage(name) && requests[name] === undefined) limits[name] ??= sum;
  }
  if (Object.keys(limits).length > 0) {
    resources.limits = limits;
    for (const [name, sum] of Object.entries(sumOfContainers(spec, "requests"))) {
      if (POD_LEVEL.has(name)) requests[name] ??= sum;
    }
    for (const [name, limit] of Object.entries(limits)) {
      if (POD_LEVEL.has(name) || isHugePage(name)) requests[name] ??= limit;
    }
  }
  if (Object.keys(requests).length > 0) resources.requests = requests;
}

/**
 * What all containers of a pod need together: the sum of containers and sidecars, or what an init container needs beside
 * the sidecars started before it, whichever is more (KEP-753).
 */
export function sumOfContainers(spec: Draft, kind: "limits" | "requests"): Record<string, string> {
  const total: Record<string, string> = {};
  const sidecars: Record<string, string> = {};
  const peak: Record<string, string> = {};
  for (const container of spec.containers ?? []) addAll(total, container.resources?.[kind]);
  for (const container of spec.initContainers ?? []) {
    const list = container.resources?.[kind];
    if (container.restartPolicy === "Always") {
      addAll(total, list);
      addAll(sidecars, list);
      raise(peak, sidecars);
    } else {
      const needed = { ...sidecars };
      addAll(needed, list);
      raise(peak, needed);
    }
  }
  raise(total, peak);
  return total;
}

function addAll(sum: Record<string, string>, list: Draft): void {
  for (const [name, quantity] of Object.entries<string>(list ?? {})) {
    sum[name] = sum[name] === undefined ? quantity : add(sum[name], quantity);
  }
}

function raise(to: Record<string, string>, list: Record<string, string>): void {
  for (const [name, quantity] of Object.entries(list)) {
    const current = to[name];
    if (current === undefined || compareQuantities(quantity, current) > 0) to[name] = quantity;
  }
}
