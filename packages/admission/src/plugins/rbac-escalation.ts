import { semanticEqual } from "@pinnace/apimachinery";
import type { EscalationRequest } from "@pinnace/rbac";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { nameOf } from "../refusal.ts";

const ROLES = ["roles", "clusterroles"];
const BINDINGS = ["rolebindings", "clusterrolebindings"];

/**
 * Nobody grants rights that they do not have, when roles and bindings are written. Upstream does this in the storage of
 * the RBAC kinds, after all mutating plugins and before validation.
 */
export function createRbacEscalation({
  escalationCheck,
}: Pick<AdmissionComponents, "escalationCheck">): AdmissionPlugin {
  return {
    name: "RBACEscalation",
    handles: ({ definition, operation, subresource }) =>
      definition.group === "rbac.authorization.k8s.io" &&
      subresource === "" &&
      (operation === "CREATE" || operation === "UPDATE"),
    async mutate(request) {
      const about = request.object;
      if (onlyLetsGo(request)) return;
      const { resource } = request.definition;
      const target = { user: request.user, resource, namespace: request.namespace, name: nameOf(request) };
      if (ROLES.includes(resource)) await escalationCheck.checkRole(target as EscalationRequest, about.rules ?? []);
      if (BINDINGS.includes(resource) && about.roleRef !== undefined && !keepsGrant(request))
        await escalationCheck.checkBinding(target as EscalationRequest, about.roleRef);
    },
  };
}

/** An update of finalizers and owners alone, by which the garbage collector gets rid of an object, grants nothing. */
function onlyLetsGo({ object, oldObject }: AdmissionRequest): boolean {
  if (oldObject === undefined) return false;
  const rest = ({ metadata, ...others }: { metadata?: object }) => {
    const { finalizers, ownerReferences, managedFields, ...kept } = (metadata ?? {}) as Record<string, unknown>;
    return { ...others, metadata: kept };
  };
  const owners = (value: { metadata?: object }) => {
    const { finalizers, ownerReferences } = (value.metadata ?? {}) as Record<string, unknown>;
    return { finalizers, ownerReferences };
  };
  return semanticEqual(rest(object), rest(oldObject)) && !semanticEqual(owners(object), owners(oldObject));
}

function keepsGrant({ object, oldObject }: AdmissionRequest): boolean {
  const old = oldObject as { roleRef?: unknown; subjects?: unknown } | undefined;
  return (
    old !== undefined && semanticEqual(old.roleRef, object.roleRef) && semanticEqual(old.subjects, object.subjects)
  );
}
