import type { Draft } from "@pinnace/apimachinery";
import { defaultRequirements } from "../resource-list.ts";
import { defaultPullPolicy } from "./image.ts";
import { defaultFieldRef, defaultResourceFieldRef } from "./volume-defaults.ts";

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"] as const;

function defaultHttpGet(action: Draft): void {
  if (!action) return;
  action.path ||= "/";
  action.scheme ||= "HTTP";
}

function defaultProbe(probe: Draft): void {
  if (!probe) return;
  defaultHttpGet(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= "";
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
}

/** Defaults of a container of any kind: regular, init, ephemeral. */
export function defaultContainer(container: Draft): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image);
  container.terminationMessagePath ||= "/dev/termination-log";
  container.terminationMessagePolicy ||= "File";
  container.resources ??= {};
  defaultRequirements(container.resources);
  for (const port of container.ports ?? []) port.protocol ||= "TCP";
  for (const variable of container.env ?? []) {
    defaultFieldRef(variable.valueFrom?.fieldRef);
    defaultResourceFieldRef(variable.valueFrom?.resourceFieldRef);
    if (variable.valueFrom?.fileKeyRef) variable.valueFrom.fileKeyRef.optional ??= false;
  }
  for (const probe of PROBES) defaultProbe(container[probe]);
  defaultHttpGet(container.lifecycle?.postStart?.httpGet);
  defaultHttpGet(container.lifecycle?.preStop?.httpGet);
}
