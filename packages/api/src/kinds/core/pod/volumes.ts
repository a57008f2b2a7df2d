import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, forbiddenField, invalidValue, required } from "@pinnace/apimachinery";
import { descendingPath, noBacksteps } from "../../rules/path-text.ts";
import { compareQuantities } from "../../rules/quantity.ts";
import {
  all,
  between,
  each,
  fields,
  ifPresent,
  must,
  needed,
  neededItems,
  oneOf,
  type Rule,
  text,
} from "../../rules/rule.ts";
import { dnsLabel, dnsSubdomain } from "../../rules/text.ts";
import { claimTemplate } from "../persistent-volume-claim-validation.ts";
import { csiDriverName, fc, flocker, iscsi, keyToPath, quobyte } from "../volume-sources.ts";
import { fileMode } from "./key-references.ts";
import type { Volumes } from "./mounts.ts";
import { downwardFiles, projectedSources } from "./projected-volume.ts";

const HOST_PATH_TYPES = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];

export const hostPath: Rule = (value, path, errors, owner) => {
  if (!value.path) return void errors.push(required(path.child("path")));
  hostPathParts(value, path, errors, owner);
};

const hostPathParts = fields({ path: noBacksteps, type: ifPresent(oneOf(...HOST_PATH_TYPES)) });

const partition = between(0, 255);
const files = fields({ defaultMode: fileMode, items: each(keyToPath) });
const emptyDir: Rule = (value, path, errors) => {
  if (value.sizeLimit === undefined || compareQuantities(value.sizeLimit, "0") >= 0) return;
  errors.push(forbiddenField(path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity"));
};

const secretRef: Rule = (value, path, errors) => {
  if (!value.name) errors.push(required(path.child("name")));
};

/** What each source needs. A source without entry is only counted. */
const SOURCES: Readonly<Record<string, Rule>> = {
  emptyDir,
  hostPath,
  gitRepo: fields({ repository: needed(), directory: descendingPath }),
  gcePersistentDisk: fields({ pdName: needed(), partition }),
  awsElasticBlockStore: fields({ volumeID: needed(), partition }),
  secret: all(fields({ secretName: needed() }), files),
  nfs: fields({
    server: needed(),
    path: all(
      needed(),
      must((p) => p?.startsWith("/"), "must be an absolute path"),
    ),
  }),
  iscsi,
  glusterfs: fields({ endpoints: needed(), path: needed() }),
  flocker,
  persistentVolumeClaim: fields({ claimName: needed() }),
  rbd: fields({ monitors: neededItems(), image: needed() }),
  cinder: all(fields({ volumeID: needed() }), fields({ secretRef: ifPresent(secretRef) })),
  cephfs: fields({ monitors: neededItems() }),
  quobyte,
  downwardAPI: all(fields({ defaultMode: fileMode }), downwardFiles),
  fc,
  flexVolume: fields({ driver: needed() }),
  configMap: all(fields({ name: needed() }), files),
  azureFile: fields({ secretName: needed(), shareName: needed() }),
  vsphereVolume: fields({ volumePath: needed() }),
  photonPersistentDisk: fields({ pdID: needed() }),
  portworxVolume: fields({ volumeID: needed() }),
  azureDisk: fields({ diskName: needed(), diskURI: needed() }),
  storageos: fields({ volumeName: needed() }),
  projected: all(fields({ defaultMode: fileMode }), projectedSources),
  scaleIO: fields({ gateway: needed(), system: needed(), volumeName: needed() }),
  csi: fields({ driver: csiDriverName, nodePublishSecretRef: ifPresent(secretRef) }),
  ephemeral: fields({ volumeClaimTemplate: needed(claimTemplate) }),
  image: fields({ pullPolicy: ifPresent(oneOf("Always", "IfNotPresent", "Never")) }),
};

/** Where upstream reports a second source, when that is not its member name. */
const SPELLING: Readonly<Record<string, string>> = { cephfs: "cephFS", downwardAPI: "downwarAPI" };
/** Where upstream reports what is wrong with a source, when that is not its member name. */
const REPORTED_AT: Readonly<Record<string, string>> = { gcePersistentDisk: "persistentDisk" };

const SOURCE_NAMES = Object.keys(SOURCES);

/** In the order of {@link SOURCES}. */
function givenSources(volume: Draft): string[] {
  const given = Object.keys(volume).filter(
    (name) => Object.hasOwn(SOURCES, name) && volume[name] !== undefined && volume[name] !== null,
  );
  return given.length < 2 ? given : given.sort((a, b) => SOURCE_NAMES.indexOf(a) - SOURCE_NAMES.indexOf(b));
}

function volumeSource(volume: Draft, podName: string | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const given = givenSources(volume);
  if (given.length === 0) errors.push(required(path, "must specify a volume type"));
  for (const [position, name] of given.entries()) {
    if (position > 0) {
      errors.push(forbiddenField(path.child(SPELLING[name] ?? name), "may not specify more than 1 volume type"));
    } else SOURCES[name]?.(volume[name], path.child(REPORTED_AT[name] ?? name), errors, volume);
  }
  if (volume.ephemeral && podName && volume.name && given[0] === "ephemeral") {
    const claim = `${podName}-${volume.name}`;
    for (const message of dnsSubdomain(claim)) {
      errors.push(invalidValue(path.child("name"), volume.name, `PVC name "${claim}": ${message}`));
    }
  }
  return errors;
}

const volumeName = needed(text(dnsLabel));

/** Checks the volumes of a pod and returns the sound ones, which containers may mount. */
export function podVolumes(
  list: readonly Draft[],
  podName: string | undefined,
  path: FieldPath,
  errors: FieldError[],
): Volumes {
  const sound = new Map<string, Draft>();
  const made = new Set(
    podName ? list.filter((volume) => volume.ephemeral).map((volume) => `${podName}-${volume.name}`) : [],
  );
  for (const [position, volume] of list.entries()) {
    const at = path.index(position);
    const found = volumeSource(volume, podName, at);
    volumeName(volume.name, at.child("name"), found, volume);
    if (sound.has(volume.name)) found.push(duplicate(at.child("name"), volume.name));
    if (found.length === 0) sound.set(volume.name, volume);
    errors.push(...found);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim && made.has(claim)) {
      const message = "must not reference a PVC that gets created for an ephemeral volume";
      errors.push(invalidValue(at.child("persistentVolumeClaim", "claimName"), claim, message));
    }
  }
  return sound;
}
