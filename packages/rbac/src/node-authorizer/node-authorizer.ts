import type { AuthorizationAttributes, AuthorizationDecision, Authorizer } from "../contract.ts";
import { ruleAllows } from "../rule-matching.ts";
import type { PolicyRule } from "../types.ts";
import { nodeNameOf } from "./node-identity.ts";
import type { NodeRelations, RelatedKind } from "./node-relations.ts";

const ALLOW: AuthorizationDecision = Object.freeze({ decision: "allow", reason: "" });

function noOpinion(reason = ""): AuthorizationDecision {
  return { decision: "no-opinion", reason };
}

/**
 * Kubelets (`system:node:<name>` in `system:nodes`): what every node may do by `rules`, but of secrets, config maps,
 * claims, volumes, tokens and pods only those that belong to pods bound to the node. What a node may write into the
 * objects is admission's (`NodeRestriction`).
 */
export function createNodeAuthorizer(components: {
  readonly relations: NodeRelations;
  readonly rules: readonly PolicyRule[];
}): Authorizer {
  return {
    async authorize(attributes) {
      const node = nodeNameOf(attributes.user);
      if (node === undefined) return noOpinion();
      if (node === "") return noOpinion(`unknown node for user ${JSON.stringify(attributes.user.name)}`);
      const special = attributes.resourceRequest && SPECIAL[qualified(attributes)];
      if (special) {
        await components.relations.ready();
        return special(node, attributes, components.relations);
      }
      return components.rules.some((rule) => ruleAllows(rule, attributes)) ? ALLOW : noOpinion();
    },
    async rulesFor(user) {
      if (nodeNameOf(user) === undefined) return { rules: [], incomplete: false };
      const evaluationError = "node authorizer does not support user rule resolution";
      return { rules: [], incomplete: true, evaluationError };
    },
  };
}

function qualified({ group, resource }: AuthorizationAttributes): string {
  return group === "" ? resource : `${resource}.${group}`;
}

type Check = (node: string, request: AuthorizationAttributes, relations: NodeRelations) => AuthorizationDecision;

function related(kind: RelatedKind): Check {
  return (node, { namespace, name }, relations) => {
    if (name === "") return noOpinion("No Object name found");
    if (relations.isRelated(node, kind, namespace, name)) return ALLOW;
    return noOpinion(`no relationship found between node '${node}' and this object`);
  };
}

/** `get`, `list` and `watch` of single objects. */
function readNamespaced(kind: RelatedKind): Check {
  const check = related(kind);
  return (node, request, relations) => {
    if (!["get", "list", "watch"].includes(request.verb)) return noOpinion("can only read resources of this type");
    if (request.subresource !== "") return noOpinion("cannot read subresource");
    if (request.namespace === "") return noOpinion("can only read namespaced object of this type");
    return check(node, request, relations);
  };
}

function get(kind: RelatedKind): Check {
  const check = related(kind);
  return (node, request, relations) => {
    if (request.verb !== "get") return noOpinion("can only get individual resources of this type");
    if (request.subresource !== "") return noOpinion("cannot get subresource");
    return check(node, request, relations);
  };
}

const claim: Check = (node, request, relations) => {
  if (request.subresource !== "status") return get("persistentvolumeclaim")(node, request, relations);
  if (request.verb !== "update" && request.verb !== "patch") return noOpinion("can only get/update/patch this type");
  return related("persistentvolumeclaim")(node, request, relations);
};

const token: Check = (node, request, relations) => {
  if (request.verb !== "create" || request.name === "")
    return noOpinion("can only create tokens for individual service accounts");
  if (request.subresource !== "token") return noOpinion("can only create token subresource of serviceaccount");
  return related("serviceaccount")(node, request, relations);
};

const OWN_VERBS = ["get", "create", "update", "patch", "delete"];

const lease: Check = (node, { verb, namespace, name }) => {
  if (!OWN_VERBS.includes(verb)) return noOpinion("can only get, create, update, patch, or delete a node lease");
  if (namespace !== "kube-node-lease")
    return noOpinion('can only access leases in the "kube-node-lease" system namespace');
  // The name of a new object is not known yet: admission checks it.
  if (verb !== "create" && name !== node)
    return noOpinion("can only access node lease with the same name as the requesting node");
  return ALLOW;
};

const csiNode: Check = (node, { verb, subresource, name }) => {
  if (!OWN_VERBS.includes(verb)) return noOpinion("can only get, create, update, patch, or delete a CSINode");
  if (subresource !== "") return noOpinion("cannot authorize CSINode subresources");
  if (verb !== "create" && name !== node)
    return noOpinion("can only access CSINode with the same name as the requesting node");
  return ALLOW;
};

const slice: Check = (node, request, relations) => {
  if (request.subresource !== "") return noOpinion("cannot authorize ResourceSlice subresources");
  switch (request.verb) {
    case "create":
      return ALLOW;
    case "get":
    case "update":
    case "patch":
    case "delete":
      return related("resourceslice")(node, request, relations);
    case "watch":
    case "list":
    case "deletecollection":
      if (selects(request, "spec.nodeName", node)) return ALLOW;
      return noOpinion("can only list/watch/deletecollection resourceslices with nodeName field selector");
    default:
      return noOpinion(
        "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection",
      );
  }
};

const ownNode: Check = (node, { verb, subresource, name }) => {
  if (subresource === "status") return verb === "update" || verb === "patch" ? ALLOW : noOpinion();
  if (subresource !== "") return noOpinion();
  if (verb === "create" || verb === "update" || verb === "patch") return ALLOW;
  if (verb !== "get" && verb !== "list" && verb !== "watch") return noOpinion();
  return name === node ? ALLOW : noOpinion(`node '${node}' cannot read '${name}', only its own Node object`);
};

const pod: Check = (node, request, relations) => {
  const { verb, subresource } = request;
  if (subresource === "status") return verb === "update" || verb === "patch" ? ALLOW : noOpinion();
  if (subresource === "eviction") return verb === "create" ? ALLOW : noOpinion();
  if (subresource !== "") return noOpinion();
  if (verb === "create" || verb === "delete") return ALLOW;
  if (verb === "get") return get("pod")(node, request, relations);
  if (verb !== "list" && verb !== "watch") return noOpinion();
  if (selects(request, "spec.nodeName", node)) return ALLOW;
  return noOpinion("can only list/watch pods with spec.nodeName field selector");
};

/** Whether the field selector has the requirement `field=value`. */
function selects({ fieldSelector = "" }: AuthorizationAttributes, field: string, value: string): boolean {
  return fieldSelector.split(",").some((term) => term === `${field}=${value}` || term === `${field}==${value}`);
}

const SPECIAL: Readonly<Record<string, Check>> = {
  secrets: readNamespaced("secret"),
  configmaps: readNamespaced("configmap"),
  persistentvolumeclaims: claim,
  persistentvolumes: get("persistentvolume"),
  "resourceclaims.resource.k8s.io": get("resourceclaim"),
  "volumeattachments.storage.k8s.io": get("volumeattachment"),
  serviceaccounts: token,
  "leases.coordination.k8s.io": lease,
  "csinodes.storage.k8s.io": csiNode,
  "resourceslices.resource.k8s.io": slice,
  nodes: ownNode,
  pods: pod,
};
