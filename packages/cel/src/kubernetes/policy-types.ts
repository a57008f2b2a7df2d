import { BOOL, DYN, INT, STRING, TIMESTAMP } from "../types/cel-type.ts";
import { type DeclType, listDecl, mapDecl, objectDecl, simpleDecl } from "../types/decl-type.ts";

const TEXT = simpleDecl("string", STRING, 2);
const TEXTS = listDecl(TEXT, -1);
const TIME = simpleDecl("timestamp", TIMESTAMP, 12);
const LABELS = mapDecl(TEXT, TEXT, -1);

function object(name: string, fields: Readonly<Record<string, DeclType>>): DeclType {
  return objectDecl(
    name,
    Object.entries(fields).map(([field, type]) => ({ name: field, type })),
  );
}

const KIND = object("kubernetes.GroupVersionKind", { group: TEXT, version: TEXT, kind: TEXT });
const RESOURCE = object("kubernetes.GroupVersionResource", { group: TEXT, version: TEXT, resource: TEXT });

const USER = object("kubernetes.UserInfo", {
  username: TEXT,
  uid: TEXT,
  groups: TEXTS,
  extra: mapDecl(TEXT, TEXTS, -1),
});

/** `request` of admission policies: admission.k8s.io/v1 AdmissionRequest without uid, object and oldObject. */
export const REQUEST: DeclType = object("kubernetes.AdmissionRequest", {
  kind: KIND,
  resource: RESOURCE,
  subResource: TEXT,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: TEXT,
  name: TEXT,
  namespace: TEXT,
  operation: TEXT,
  userInfo: USER,
  dryRun: simpleDecl("bool", BOOL, 4),
  options: simpleDecl("dyn", DYN, 1),
});

const CONDITION = object("kubernetes.NamespaceCondition", {
  status: TEXT,
  type: TEXT,
  lastTransitionTime: TIME,
  message: TEXT,
  reason: TEXT,
});

/** `namespaceObject` of admission policies: what of a Namespace may decide. */
export const NAMESPACE: DeclType = object("kubernetes.Namespace", {
  metadata: object("kubernetes.NamespaceMetadata", {
    name: TEXT,
    generateName: TEXT,
    namespace: TEXT,
    labels: LABELS,
    annotations: LABELS,
    UID: TEXT,
    creationTimestamp: TIME,
    deletionGracePeriodSeconds: simpleDecl("int", INT, 1),
    deletionTimestamp: TIME,
    generation: simpleDecl("int", INT, 1),
    resourceVersion: TEXT,
    finalizers: TEXTS,
  }),
  spec: object("kubernetes.NamespaceSpec", { finalizers: TEXTS }),
  status: object("kubernetes.NamespaceStatus", { conditions: listDecl(CONDITION, -1), phase: TEXT }),
});
