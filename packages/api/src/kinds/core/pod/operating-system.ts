import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, notSupported, required } from "@pinnace/apimachinery";

const SYSTEMS = ["linux", "windows"];
const NOT_ON_WINDOWS = "cannot be set for a windows pod";

/** Members of a pod's spec that mean nothing on Windows, in the order that upstream reports them. */
const POD_MEMBERS: readonly (readonly string[])[] = [
  ["securityContext", "appArmorProfile"],
  ["securityContext", "seLinuxOptions"],
  ["hostUsers"],
  ["hostPID"],
  ["hostIPC"],
  ["securityContext", "seccompProfile"],
  ["securityContext", "fsGroup"],
  ["securityContext", "fsGroupChangePolicy"],
  ["securityContext", "sysctls"],
  ["shareProcessNamespace"],
  ["securityContext", "runAsUser"],
  ["securityContext", "runAsGroup"],
  ["securityContext", "supplementalGroups"],
  ["securityContext", "supplementalGroupsPolicy"],
  ["securityContext", "seLinuxChangePolicy"],
];

const CONTAINER_MEMBERS = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
];

const CONTAINER_LISTS = ["initContainers", "containers", "ephemeralContainers"];

function* containersOf(spec: Draft, path: FieldPath): Generator<readonly [Draft, FieldPath]> {
  for (const list of CONTAINER_LISTS) {
    for (const [position, container] of (spec[list] ?? []).entries()) {
      yield [container, path.child(list).index(position)];
    }
  }
}

/** `os` of a pod, and what its value rules out. */
export function operatingSystem(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  if (!spec.os) return;
  const name = spec.os.name ?? "";
  if (name === "") errors.push(required(path.child("os", "name")));
  else if (!SYSTEMS.includes(name)) errors.push(notSupported(path.child("os"), name, SYSTEMS));
  else if (name === "linux") linux(spec, path, errors);
  else windows(spec, path, errors);
}

function linux(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  const detail = "windows options cannot be set for a linux pod";
  const member = ["securityContext", "windowsOptions"];
  if (spec.securityContext?.windowsOptions) errors.push(forbiddenField(path.child(...member), detail));
  for (const [container, at] of containersOf(spec, path)) {
    if (container.securityContext?.windowsOptions) errors.push(forbiddenField(at.child(...member), detail));
  }
}

function valueAt(object: Draft, names: readonly string[]): Draft {
  return names.reduce((value, name) => value?.[name], object);
}

function windows(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  for (const names of POD_MEMBERS) {
    const value = valueAt(spec, names);
    if (value === undefined || value === null || (names[0]?.startsWith("hostP") && !value)) continue;
    errors.push(forbiddenField(path.child(...names), NOT_ON_WINDOWS));
  }
  for (const [container, at] of containersOf(spec, path)) {
    for (const name of CONTAINER_MEMBERS) {
      if (container.securityContext?.[name] === undefined) continue;
      errors.push(forbiddenField(at.child("securityContext", name), NOT_ON_WINDOWS));
    }
  }
}

function hasWindowsOptions(spec: Draft): boolean {
  return CONTAINER_LISTS.some((list) => spec[list]?.some((each: Draft) => each.securityContext?.windowsOptions));
}

/** Host process containers: all of a pod's containers or none, on the host's network (KEP-1981). */
export function windowsHostProcess(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  if (ofPod === undefined && !hasWindowsOptions(spec)) return;
  let total = 0;
  let hostProcesses = 0;
  for (const [container, at] of containersOf(spec, path)) {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    total++;
    if (own ?? ofPod) hostProcesses++;
    if (own !== undefined && ofPod !== undefined && own !== ofPod) {
      const message = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalidValue(at.child("securityContext", "windowsOptions", "hostProcess"), own, message));
    }
  }
  if (hostProcesses === 0) return;
  if (hostProcesses !== total) {
    const message = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
    errors.push(invalidValue(path, "", message));
  }
  if (!spec.hostNetwork) {
    const message = "hostNetwork must be true if pod contains any hostProcess containers";
    errors.push(invalidValue(path.child("hostNetwork"), false, message));
  }
}
