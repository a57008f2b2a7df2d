import type { UserInfo } from "@pinnace/apimachinery";

/** The group of kubelets. */
export const NODES_GROUP = "system:nodes" as const;

/** The node that a user is the kubelet of: "" when a kubelet's name is missing, undefined for everybody else. */
export function nodeNameOf(user: UserInfo): string | undefined {
  if (!user.name.startsWith("system:node:") || !user.groups.includes(NODES_GROUP)) return undefined;
  return user.name.slice("system:node:".length);
}
