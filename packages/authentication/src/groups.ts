import type { UserInfo } from "@pinnace/apimachinery";

/** Users and groups that Kubernetes itself gives out. */
export const ANONYMOUS = "system:anonymous" as const;
export const AUTHENTICATED_GROUP = "system:authenticated" as const;
export const UNAUTHENTICATED_GROUP = "system:unauthenticated" as const;

/** Who asks without credentials. */
export const ANONYMOUS_USER: UserInfo = Object.freeze({
  name: ANONYMOUS,
  groups: Object.freeze([UNAUTHENTICATED_GROUP]),
});

/**
 * Adds `system:authenticated` to the groups of a user, unless it is there, or the user is anonymous or in
 * `system:unauthenticated`.
 */
export function withAuthenticatedGroup(user: UserInfo): UserInfo {
  if (user.name === ANONYMOUS) return user;
  if (user.groups.includes(AUTHENTICATED_GROUP) || user.groups.includes(UNAUTHENTICATED_GROUP)) return user;
  return { ...user, groups: [...user.groups, AUTHENTICATED_GROUP] };
}
