import { RBAC_GROUP, type Subject } from "../types.ts";

const user = (name: string): Subject => ({ apiGroup: RBAC_GROUP, kind: "User", name });
const group = (name: string): Subject => ({ apiGroup: RBAC_GROUP, kind: "Group", name });
const account = (name: string): Subject => ({ kind: "ServiceAccount", name, namespace: "kube-system" });

/** Subjects of the ClusterRoleBindings, each named like its ClusterRole. Controllers' bindings come from their roles. */
export const CLUSTER_BINDINGS: Readonly<Record<string, readonly Subject[]>> = {
  "cluster-admin": [group("system:masters")],
  "system:basic-user": [group("system:authenticated")],
  "system:discovery": [group("system:authenticated")],
  "system:kube-controller-manager": [user("system:kube-controller-manager")],
  "system:kube-dns": [account("kube-dns")],
  "system:kube-scheduler": [user("system:kube-scheduler")],
  "system:monitoring": [group("system:monitoring")],
  // Nodes get their rights from the node authorizer.
  "system:node": [],
  "system:node-proxier": [user("system:kube-proxy")],
  "system:public-info-viewer": [group("system:authenticated"), group("system:unauthenticated")],
  "system:service-account-issuer-discovery": [group("system:serviceaccounts")],
  "system:volume-scheduler": [user("system:kube-scheduler")],
};

/** The binding of a controller's role. */
export function controllerSubject(controller: string): Subject {
  return account(controller);
}

/** RoleBindings by namespace and name: the role, and who gets it. */
export const NAMESPACE_BINDINGS: Readonly<
  Record<string, Readonly<Record<string, { readonly role: string; readonly subjects: readonly Subject[] }>>>
> = {
  "kube-public": {
    "system:controller:bootstrap-signer": {
      role: "system:controller:bootstrap-signer",
      subjects: [account("bootstrap-signer")],
    },
  },
  "kube-system": {
    "system::extension-apiserver-authentication-reader": {
      role: "extension-apiserver-authentication-reader",
      subjects: [user("system:kube-controller-manager"), user("system:kube-scheduler")],
    },
    "system::leader-locking-kube-controller-manager": {
      role: "system::leader-locking-kube-controller-manager",
      subjects: [
        user("system:kube-controller-manager"),
        account("kube-controller-manager"),
        account("leader-election-controller"),
      ],
    },
    "system::leader-locking-kube-scheduler": {
      role: "system::leader-locking-kube-scheduler",
      subjects: [user("system:kube-scheduler"), account("kube-scheduler")],
    },
    "system:controller:bootstrap-signer": {
      role: "system:controller:bootstrap-signer",
      subjects: [account("bootstrap-signer")],
    },
    "system:controller:cloud-provider": {
      role: "system:controller:cloud-provider",
      subjects: [account("cloud-provider")],
    },
    "system:controller:token-cleaner": {
      role: "system:controller:token-cleaner",
      subjects: [account("token-cleaner")],
    },
  },
};
