import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, notFoundValue, notSupported, required } from "@pinnace/apimachinery";
import { descendingPath } from "../../rules/path-text.ts";

/** The sound volumes of a pod by name. */
export type Volumes = ReadonlyMap<string, Draft>;

/** `volumeMounts` and `volumeDevices` of a container. */
export function mountsAndDevices(container: Draft, volumes: Volumes, path: FieldPath, errors: FieldError[]): void {
  const mounts = container.volumeMounts ?? [];
  const devices = container.volumeDevices ?? [];
  const seen = new Set<string>();
  for (const [position, mount] of mounts.entries()) {
    oneMount(mount, position, { container, devices, volumes, seen }, path.child("volumeMounts"), errors);
  }
  volumeDevices(devices, mounts, volumes, path.child("volumeDevices"), errors);
}

interface MountContext {
  readonly container: Draft;
  readonly devices: readonly Draft[];
  readonly volumes: Volumes;
  readonly seen: Set<string>;
}

function oneMount(mount: Draft, position: number, context: MountContext, list: FieldPath, errors: FieldError[]): void {
  const path = list.index(position);
  const mountPath = mount.mountPath ?? "";
  if (!mount.name) errors.push(required(path.child("name")));
  if (!context.volumes.has(mount.name ?? "")) errors.push(notFoundValue(path.child("name"), mount.name ?? ""));
  if (!mountPath) errors.push(required(path.child("mountPath")));
  if (context.seen.has(mountPath)) errors.push(invalidValue(path.child("mountPath"), mountPath, "must be unique"));
  context.seen.add(mountPath);
  if (context.devices.some((device) => device.name === mount.name)) {
    errors.push(invalidValue(path.child("name"), mount.name, "must not already exist in volumeDevices"));
  }
  if (context.devices.some((device) => device.devicePath === mountPath)) {
    errors.push(invalidValue(path.child("mountPath"), mountPath, "must not already exist as a path in volumeDevices"));
  }
  if (mount.subPath) descendingPath(mount.subPath, list.child("subPath"), errors, mount);
  if (mount.subPathExpr) {
    const both = "subPathExpr and subPath are mutually exclusive";
    if (mount.subPath) errors.push(invalidValue(path.child("subPathExpr"), mount.subPathExpr, both));
    descendingPath(mount.subPathExpr, list.child("subPathExpr"), errors, mount);
  }
  errors.push(...propagation(mount, context.container, list.child("mountPropagation")));
  errors.push(...recursiveReadOnly(mount, list.child("recursiveReadOnly")));
}

const PROPAGATIONS = ["Bidirectional", "HostToContainer", "None"];

function propagation(mount: Draft, container: Draft, path: FieldPath): FieldError[] {
  const mode = mount.mountPropagation;
  if (mode === undefined || mode === null) return [];
  if (!PROPAGATIONS.includes(mode)) return [notSupported(path, mode, PROPAGATIONS)];
  if (mode !== "Bidirectional" || container.securityContext?.privileged) return [];
  return [forbiddenField(path, "Bidirectional mount propagation is available only to privileged containers")];
}

const RECURSIVE = ["Disabled", "Enabled", "IfPossible"];

function recursiveReadOnly(mount: Draft, path: FieldPath): FieldError[] {
  const mode = mount.recursiveReadOnly;
  if (mode === undefined || mode === null || mode === "Disabled") return [];
  if (!RECURSIVE.includes(mode)) return [notSupported(path, mode, RECURSIVE)];
  const errors: FieldError[] = [];
  if (!mount.readOnly) errors.push(forbiddenField(path, "may only be specified when readOnly is true"));
  if (mount.mountPropagation && mount.mountPropagation !== "None") {
    errors.push(forbiddenField(path, "may only be specified when mountPropagation is None or not specified"));
  }
  return errors;
}

function volumeDevices(
  devices: readonly Draft[],
  mounts: readonly Draft[],
  volumes: Volumes,
  list: FieldPath,
  errors: FieldError[],
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [position, { name = "", devicePath = "" }] of devices.entries()) {
    const path = list.index(position);
    const at = path.child("devicePath");
    const volume = volumes.get(name);
    if (!name) errors.push(required(path.child("name")));
    if (names.has(name)) errors.push(invalidValue(path.child("name"), name, "must be unique"));
    if (!volume) errors.push(notFoundValue(path.child("name"), name));
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      const message = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
      errors.push(invalidValue(path.child("name"), name, message));
    }
    if (!devicePath) errors.push(required(at));
    if (paths.has(devicePath)) errors.push(invalidValue(at, devicePath, "must be unique"));
    if (devicePath.split("/").includes(".."))
      errors.push(invalidValue(at, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name)) {
      errors.push(invalidValue(path.child("name"), name, "must not already exist in volumeMounts"));
    }
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      errors.push(invalidValue(at, devicePath, "must not already exist as a path in volumeMounts"));
    }
    if (name) names.add(name);
  }
}
