import type { Informer, InformerFactory } from "@pinnace/client";
import {
  type BindingObject,
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  ROLE_BINDINGS,
  ROLES,
  type RoleObject,
  type Subject,
} from "./types.ts";

/** Reads roles and bindings, synchronously. */
export interface RoleLookup {
  /** Resolves once everything can be read. */
  ready(): Promise<void>;
  role(namespace: string, name: string): RoleObject | undefined;
  clusterRole(name: string): RoleObject | undefined;
  /** Bindings that name the subject with this key, see {@link subjectKey}. */
  clusterRoleBindings(key: string): readonly BindingObject[];
  roleBindings(namespace: string, key: string): readonly BindingObject[];
}

/**
 * The key of a subject: `user:<name>` or `group:<name>`. A service account is the user that its tokens make; without a
 * namespace it is in the binding's.
 */
export function subjectKey(subject: Subject, bindingNamespace: string): string | undefined {
  if (subject.kind === "User") return `user:${subject.name}`;
  if (subject.kind === "Group") return `group:${subject.name}`;
  const namespace = subject.namespace || bindingNamespace;
  if (subject.kind !== "ServiceAccount" || namespace === "") return undefined;
  return `user:system:serviceaccount:${namespace}:${subject.name}`;
}

const SUBJECT = "rbac-subject";

function indexBySubject(binding: BindingObject): readonly string[] {
  const namespace = binding.metadata?.namespace ?? "";
  const keys = new Set<string>();
  for (const subject of binding.subjects ?? []) {
    const key = subjectKey(subject, namespace);
    if (key !== undefined) keys.add(namespace === "" ? key : `${namespace}/${key}`);
  }
  return [...keys];
}

/** Keeps roles and bindings in informers, which start at the first call of `ready()`. */
export function createRoleLookup(informers: () => InformerFactory): RoleLookup {
  let started: Informers | undefined;
  const start = (): Informers => {
    started ??= startInformers(informers());
    return started;
  };
  return {
    async ready() {
      const all = Object.values(start()) as readonly Informer<RoleObject>[];
      for (const informer of all) if (!informer.synced) await informer.whenSynced();
    },
    role: (namespace, name) => start().roles.lister.get(`${namespace}/${name}`),
    clusterRole: (name) => start().clusterRoles.lister.get(name),
    clusterRoleBindings: (key) => start().clusterRoleBindings.lister.byIndex(SUBJECT, key),
    roleBindings: (namespace, key) => start().roleBindings.lister.byIndex(SUBJECT, `${namespace}/${key}`),
  };
}

interface Informers {
  readonly roles: Informer<RoleObject>;
  readonly clusterRoles: Informer<RoleObject>;
  readonly roleBindings: Informer<BindingObject>;
  readonly clusterRoleBindings: Informer<BindingObject>;
}

function startInformers(factory: InformerFactory): Informers {
  const indexes = { [SUBJECT]: indexBySubject };
  return {
    roles: factory.informer(ROLES),
    clusterRoles: factory.informer(CLUSTER_ROLES),
    roleBindings: factory.informer(ROLE_BINDINGS, { indexes }),
    clusterRoleBindings: factory.informer(CLUSTER_ROLE_BINDINGS, { indexes }),
  };
}

/** A lookup over fixed objects: for tests, and for policies that are known in advance. */
export function createStaticRoleLookup(objects: Iterable<RoleObject | BindingObject>): RoleLookup {
  const roles = new Map<string, RoleObject>();
  const bindings = new Map<string, BindingObject[]>();
  for (const object of objects) {
    const { namespace, name = "" } = object.metadata ?? {};
    if ("roleRef" in object)
      for (const key of indexBySubject(object)) bindings.set(key, [...(bindings.get(key) ?? []), object]);
    else roles.set(namespace === undefined ? name : `${namespace}/${name}`, object);
  }
  return {
    ready: async () => undefined,
    role: (namespace, name) => roles.get(`${namespace}/${name}`),
    clusterRole: (name) => roles.get(name),
    clusterRoleBindings: (key) => bindings.get(key) ?? [],
    roleBindings: (namespace, key) => bindings.get(`${namespace}/${key}`) ?? [],
  };
}
