import type { Draft } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { dns1035, dnsSubdomain } from "../rules/text.ts";
import { age, listWithMore, name } from "../tables/cell.ts";
import { STRICT } from "../tables/kind.ts";
import { STORAGE_VERSION_COLUMNS } from "./columns.ts";

function nameMessages(text: string): string[] {
  const dot = text.lastIndexOf(".");
  if (dot < 0) return ["name must be in the form of <group>.<resource>"];
  return [
    ...dnsSubdomain(text.slice(0, dot)).map((message) => `the group segment ${message}`),
    ...dns1035(text.slice(dot + 1)).map((message) => `the resource segment ${message}`),
  ];
}

function reported({ status }: Draft): string[] {
  return (status?.storageVersions ?? []).map((item: Draft) => `${item.apiServerID}=${item.encodingVersion}`);
}

/** StorageVersion (internal.apiserver.k8s.io/v1alpha1). */
export const storageVersion: KindBehaviour = {
  columns: STORAGE_VERSION_COLUMNS,
  cells: (object, context) => [
    name(object),
    object.status?.commonEncodingVersion ?? "<unset>",
    listWithMore(reported(object), 3),
    age(object, context),
  ],
  strategy: { ...STRICT, validateName: nameMessages },
  statusStrategy: { prepareForUpdate: keepSpec },
};
