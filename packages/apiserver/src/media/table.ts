import type { Column, Json, KubernetesList, KubernetesObject, ResourceDefinition } from "@pinnace/apimachinery";
import { badRequest } from "@pinnace/apimachinery";
import { partialMetadata } from "./partial-metadata.ts";

/** meta/v1 Table: what `kubectl get` prints. */
export interface Table {
  readonly kind: "Table";
  readonly apiVersion: string;
  readonly metadata: KubernetesList<never>["metadata"];
  readonly columnDefinitions: readonly Column[] | null;
  readonly rows: readonly TableRow[];
}

interface TableRow {
  readonly cells: readonly Json[];
  readonly object?: KubernetesObject;
}

interface TableOptions {
  readonly metaVersion: string;
  /** What a row carries: `Metadata` (default), `Object` or `None`. */
  readonly includeObject: "Metadata" | "Object" | "None";
  /** For ages; milliseconds since the epoch. */
  readonly now: number;
}

/** Reads `?includeObject=`; throws 400 for an unknown value. */
export function includeObjectOf(query: URLSearchParams): TableOptions["includeObject"] {
  const value = query.get("includeObject") ?? "";
  if (value === "") return "Metadata";
  if (value === "Metadata" || value === "Object" || value === "None") return value;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: "${value}": must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** What a table needs to know of a kind. */
export type TableKind = Pick<ResourceDefinition, "columns" | "cells">;

export function tableOf(
  definition: TableKind,
  items: readonly KubernetesObject[],
  metadata: KubernetesList<never>["metadata"],
  options: TableOptions,
): Table {
  return { ...tableHead(definition, metadata, options), rows: items.map((item) => rowOf(definition, item, options)) };
}

/** A table without its rows. */
export function tableHead(
  { columns }: TableKind,
  metadata: KubernetesList<never>["metadata"],
  { metaVersion }: TableOptions,
): Omit<Table, "rows"> {
  return { kind: "Table", apiVersion: `meta.k8s.io/${metaVersion}`, metadata, columnDefinitions: columns };
}

export function rowOf(definition: TableKind, item: KubernetesObject, options: TableOptions): TableRow {
  const cells = definition.cells(item, { now: options.now });
  if (options.includeObject === "None") return { cells };
  const object = options.includeObject === "Object" ? item : partialMetadata(item, options.metaVersion);
  return { cells, object };
}
