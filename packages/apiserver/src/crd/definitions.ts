import { resolveBuiltInSchema } from "@pinnace/api";
import {
  apiVersionOf,
  type Draft,
  type KubernetesObject,
  parseJsonPath,
  pruneUnknown,
  type RemoteConversion,
  type ResourceDefinition,
  type Schema,
  type StoredSubresource,
} from "@pinnace/apimachinery";
import { compareVersions } from "../definition-registry.ts";
import { customColumns } from "./columns.ts";
import { applyDefaults } from "./defaulting.ts";
import { customStatusStrategy, customStrategy } from "./strategy.ts";

const ANYTHING: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"] as const;
const STATUS_VERBS = ["get", "patch", "update"] as const;

/**
 * The definitions of all served versions of a CustomResourceDefinition: the same record as a built-in kind's. `conversion`
 * is how its versions are converted when that needs somebody outside.
 */
export function customDefinitions(crd: KubernetesObject, conversion?: RemoteConversion): readonly ResourceDefinition[] {
  const { spec }: Draft = crd;
  const terminating = crd.metadata?.deletionTimestamp !== undefined;
  const storage = spec.versions.find((version: Draft) => version.storage)?.name ?? spec.versions[0].name;
  return spec.versions
    .filter((version: Draft) => version.served)
    .map((version: Draft) => ({
      ...customDefinition(spec, version, storage, terminating),
      ...(conversion === undefined ? {} : { remoteConversion: conversion }),
    }));
}

/** Prunes and defaults an object by the schema of its version. */
export function completeCustom({ spec }: Draft): (object: Draft) => void {
  const schemas = new Map<string, Schema>(
    spec.versions.map(({ name, schema }: Draft) => [`${spec.group}/${name}`, schema?.openAPIV3Schema ?? ANYTHING]),
  );
  return (object) => {
    const schema = schemas.get(object.apiVersion) ?? ANYTHING;
    pruneUnknown(object, schema, resolveBuiltInSchema);
    applyDefaults(object, schema);
  };
}

/** While its CustomResourceDefinition is being deleted, nothing new is created. */
function customDefinition(spec: Draft, version: Draft, storage: string, terminating: boolean): ResourceDefinition {
  const { group, names, scope } = spec;
  const schema: Schema = version.schema?.openAPIV3Schema ?? ANYTHING;
  const hasStatus = version.subresources?.status !== undefined;
  const { columns, cells } = customColumns(version.additionalPrinterColumns);
  const selectable = (version.selectableFields ?? []).map(({ jsonPath }: Draft) => jsonPath.replace(/^\./, ""));
  const paths = selectable.map((field: string) => parseJsonPath(`.${field}`));
  return Object.freeze({
    group,
    version: version.name,
    resource: names.plural,
    kind: names.kind,
    namespaced: scope === "Namespaced",
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: terminating ? VERBS.filter((verb) => verb !== "create") : VERBS,
    stored: true,
    storageResource: `${group}/${names.plural}`,
    storageApiVersion: apiVersionOf({ group, version: storage }),
    definitionName: `${group.split(".").reverse().join(".")}.${version.name}.${names.kind}`,
    schema: withTypeMeta(schema, { group, version: version.name, kind: names.kind }),
    resolve: resolveBuiltInSchema,
    default: (draft: Draft) => applyDefaults(draft, schema),
    strategy: customStrategy(schema, hasStatus),
    subresources: subresourcesOf(version, schema, hasStatus),
    columns,
    cells,
    fields: (object: KubernetesObject) =>
      Object.fromEntries(
        selectable.map((field: string, index: number) => [field, text(paths[index].values(object)[0])]),
      ),
    fieldNames: selectable,
    ...(version.deprecated
      ? {
          deprecation: version.deprecationWarning ?? deprecation(spec, version),
        }
      : {}),
  } as ResourceDefinition);
}

/** Every object has a kind, a version and typed metadata, whatever its schema says of them. */
function withTypeMeta(schema: Schema, kind: { group: string; version: string; kind: string }): Schema {
  return {
    ...schema,
    type: "object",
    properties: {
      ...schema.properties,
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { $ref: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" },
    },
    "x-kubernetes-group-version-kind": [kind],
  };
}

function subresourcesOf(version: Draft, schema: Schema, hasStatus: boolean): StoredSubresource[] {
  const result: StoredSubresource[] = [];
  if (hasStatus) result.push({ name: "status", verbs: STATUS_VERBS, strategy: customStatusStrategy(schema) });
  const scale = version.subresources?.scale;
  if (scale !== undefined)
    result.push({
      name: "scale",
      verbs: STATUS_VERBS,
      kind: { group: "autoscaling", version: "v1", kind: "Scale" },
      strategy: customStrategy(schema, hasStatus),
      scale: {
        specReplicasPath: scale.specReplicasPath.replace(/^\./, ""),
        statusReplicasPath: scale.statusReplicasPath.replace(/^\./, ""),
        ...(scale.labelSelectorPath ? { selectorPath: scale.labelSelectorPath.replace(/^\./, "") } : {}),
      },
    });
  return result;
}

function deprecation({ group, names, versions }: Draft, version: Draft): string {
  const newest = versions
    .filter((each: Draft) => each.served && !each.deprecated)
    .map((each: Draft) => each.name)
    .sort(compareVersions)[0];
  const use = newest === undefined ? "" : `; use ${group}/${newest} ${names.kind}`;
  return `${group}/${version.name} ${names.kind} is deprecated${use}`;
}

function text(value: unknown): string {
  return value === undefined || value === null ? "" : String(value);
}
