import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, required } from "@pinnace/apimachinery";
import { noBacksteps } from "../rules/path-text.ts";
import {
  all,
  between,
  fields,
  ifPresent,
  ifSet,
  must,
  needed,
  neededItems,
  oneOf,
  type Rule,
  text,
} from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain } from "../rules/text.ts";
import { hostPath } from "./pod/volumes.ts";
import { csiDriverName, fc, flocker, iscsi, quobyte, secretReference } from "./volume-sources.ts";

const RESERVED_NAMESPACE = /\.(kubernetes|k8s)\.io$/;

const flexOptions: Rule = (value, path, errors) => {
  for (const key of Object.keys(value ?? {}).sort()) {
    const namespace = key.split("/", 1)[0] ?? "";
    if (!RESERVED_NAMESPACE.test(`.${namespace.toLowerCase()}`)) continue;
    const message = "kubernetes.io and k8s.io namespaces are reserved";
    errors.push(invalidValue(path.child("options").key(key), key, message));
  }
};

const endpointsNamespace: Rule = (value, path, errors, owner) => {
  const message = "if the endpointnamespace is set, it must be a valid namespace name";
  if (value === "") errors.push(invalidValue(path, value, message));
  else text(dnsLabel)(value, path, errors, owner);
};

const namedSecret: Rule = ifPresent(fields({ name: needed(text(dnsSubdomain)), namespace: needed(text(dnsLabel)) }));

const localPath: Rule = (value, path, errors, owner) => {
  needed(noBacksteps)(value, path, errors, owner);
};

const partition = between(0, 255);

/** What each source needs, in upstream's order. */
const SOURCES: Readonly<Record<string, Rule>> = {
  hostPath,
  gcePersistentDisk: fields({ pdName: needed(), partition }),
  awsElasticBlockStore: fields({ volumeID: needed(), partition }),
  glusterfs: fields({ endpoints: needed(), path: needed(), endpointsNamespace: ifPresent(endpointsNamespace) }),
  flocker,
  nfs: fields({
    server: needed(),
    path: all(
      needed(),
      must((path) => path?.startsWith("/"), "must be an absolute path"),
    ),
  }),
  rbd: fields({ monitors: neededItems(), image: needed() }),
  quobyte,
  cephfs: fields({ monitors: neededItems() }),
  iscsi,
  cinder: fields({ volumeID: needed(), secretRef: secretReference }),
  fc,
  flexVolume: all(fields({ driver: needed() }), fields({ options: () => {} }), (value, path, errors, owner) =>
    flexOptions(value.options, path, errors, owner),
  ),
  azureFile: fields({ secretName: needed(), shareName: needed(), secretNamespace: ifPresent(needed()) }),
  vsphereVolume: fields({ volumePath: needed() }),
  photonPersistentDisk: fields({ pdID: needed() }),
  portworxVolume: fields({ volumeID: needed() }),
  azureDisk: fields({
    diskName: needed(),
    diskURI: needed(),
    cachingMode: ifPresent(oneOf("None", "ReadOnly", "ReadWrite")),
    kind: ifPresent(oneOf("Dedicated", "Managed", "Shared")),
  }),
  scaleIO: fields({ gateway: needed(), system: needed(), volumeName: needed() }),
  local: fields({ path: localPath }),
  storageos: fields({
    volumeName: needed(text(dnsLabel)),
    volumeNamespace: ifSet(text(dnsLabel)),
    secretRef: secretReference,
  }),
  csi: fields({
    driver: csiDriverName,
    volumeHandle: needed(),
    controllerPublishSecretRef: namedSecret,
    controllerExpandSecretRef: namedSecret,
    nodePublishSecretRef: namedSecret,
    nodeExpandSecretRef: namedSecret,
  }),
};

const REPORTED_AT: Readonly<Record<string, string>> = {
  cephfs: "cephFS",
  gcePersistentDisk: "persistentDisk",
};

/** The sources that a volume's spec gives. */
export function givenSources(spec: Draft): string[] {
  return Object.keys(SOURCES).filter((name) => spec?.[name] !== undefined && spec[name] !== null);
}

/** Exactly one source, and a sound one. Local volumes need a node. */
export function sourceErrors(spec: Draft, volumeName: string, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const given = givenSources(spec);
  for (const [position, name] of given.entries()) {
    if (position > 0) {
      const at = path.child(name === "cephfs" ? "cephFS" : name);
      errors.push(forbiddenField(at, "may not specify more than 1 volume type"));
    } else SOURCES[name]?.(spec[name], path.child(REPORTED_AT[name] ?? name), errors, { ...spec, name: volumeName });
    if (name === "local" && !spec.nodeAffinity) {
      errors.push(required(path.child("nodeAffinity"), "Local volume requires node affinity"));
    }
  }
  if (given.length === 0) errors.push(required(path, "must specify a volume type"));
  return errors;
}
