import { type Entry, TextValue } from "@pinnace/store";
import { PREFIXES } from "./traffic.ts";

/** What of a ConfigMap, or of a list of them, is looked at. */
export interface ConfigMap {
  readonly metadata: {
    readonly namespace?: string;
    readonly name?: string;
    readonly resourceVersion?: string;
    readonly continue?: string;
  };
  readonly data?: { readonly value?: string };
}

/** Stands for a revision that is not told. */
export const NOT_TOLD: number = Number.NaN;

/** The clients' namespaces. */
export const NAMESPACES: readonly string[] = PREFIXES.map((prefix) => prefix.replaceAll("/", ""));

/** The key of a ConfigMap; undefined for those that are not the clients'. */
export function nameOf({ metadata: { namespace = "", name = "" } }: ConfigMap): string | undefined {
  return NAMESPACES.includes(namespace) && name !== "kube-root-ca.crt" ? `/${namespace}/${name}` : undefined;
}

/** The path of a key, of all keys of a namespace (`/a/`), or of all (``). */
export function pathOf(key: string): string {
  const [, namespace = "", name = ""] = key.split("/");
  if (namespace === "") return "/api/v1/configmaps";
  return `/api/v1/namespaces/${namespace}/configmaps${name === "" ? "" : `/${name}`}`;
}

export function entryOf(object: ConfigMap): Entry {
  const modRevision = Number(object.metadata.resourceVersion);
  const value = new TextValue(object.data?.value ?? "");
  return { key: nameOf(object) ?? "", value, createRevision: NOT_TOLD, modRevision };
}
