import { CSI_DRIVERS, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS } from "@pinnace/api";
import { nodeNameOf } from "@pinnace/rbac";
import type { AdmissionComponents } from "../../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contract.ts";
import { createObjectReader } from "../../object-reader.ts";
import { nameOf, refusal } from "../../refusal.ts";
import { resourceOf } from "../../request-kind.ts";
import type { NodeReaders } from "./node-readers.ts";
import { checkNode } from "./node-rules.ts";
import { checkClaimStatus, checkEviction, checkPod, checkPodStatus } from "./pod-rules.ts";
import { checkToken } from "./token-rules.ts";

type Check = (node: string, request: AdmissionRequest, readers: NodeReaders) => Promise<void> | void;

/**
 * `NodeRestriction`: a kubelet writes its own node, lease and CSINode, its mirror pods and the status of pods bound to
 * it, and gets tokens for those pods only. Everybody else is none of its business.
 */
export function createNodeRestriction(
  components: Pick<AdmissionComponents, "client" | "informers" | "authorizer">,
): AdmissionPlugin {
  const readers: NodeReaders = {
    pods: createObjectReader(components, PODS),
    nodes: createObjectReader(components, NODES),
    claims: createObjectReader(components, PERSISTENT_VOLUME_CLAIMS),
    volumes: createObjectReader(components, PERSISTENT_VOLUMES),
    drivers: createObjectReader(components, CSI_DRIVERS),
    authorizer: components.authorizer,
  };
  return {
    name: "NodeRestriction",
    handles: ({ operation, user }) => operation !== "CONNECT" && nodeNameOf(user) !== undefined,
    async mutate(request) {
      const node = nodeNameOf(request.user) ?? "";
      if (node === "")
        throw refusal(request, `could not determine node from user ${JSON.stringify(request.user.name)}`);
      await CHECKS[resourceOf(request)]?.(node, request, readers);
    },
  };
}

const pods: Check = (node, request, readers) => {
  switch (request.subresource) {
    case "":
      return checkPod(node, request, readers);
    case "status":
      return checkPodStatus(node, request);
    case "eviction":
      return checkEviction(node, request, readers);
    default:
      throw refusal(
        request,
        `unexpected pod subresource ${JSON.stringify(request.subresource)}, only 'status' and 'eviction' are allowed`,
      );
  }
};

const claims: Check = (node, request) => {
  if (request.subresource !== "status") throw refusal(request, "may only update PVC status");
  checkClaimStatus(node, request);
};

const leases: Check = (node, request) => {
  if (request.namespace !== "kube-node-lease")
    throw refusal(request, 'can only access leases in the "kube-node-lease" system namespace');
  if (nameOf(request) !== node)
    throw refusal(request, "can only access node lease with the same name as the requesting node");
};

const csiNodes: Check = (node, request) => {
  if (nameOf(request) !== node)
    throw refusal(request, "can only access CSINode with the same name as the requesting node");
};

const slices: Check = (node, request) => {
  if (request.operation === "CREATE" && request.object.spec?.nodeName !== node)
    throw refusal(request, "can only create ResourceSlice with the same NodeName as the requesting node");
};

const CHECKS: Readonly<Record<string, Check>> = {
  pods,
  nodes: checkNode,
  persistentvolumeclaims: claims,
  serviceaccounts: checkToken,
  "leases.coordination.k8s.io": leases,
  "csinodes.storage.k8s.io": csiNodes,
  "resourceslices.resource.k8s.io": slices,
};
