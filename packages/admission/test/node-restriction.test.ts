import { describe, expect, it } from "vitest";
import type { AdmissionRequest } from "../src/index.ts";
import { createNodeRestriction } from "../src/index.ts";
import { admit, cluster, meta, pod, request } from "./cluster.ts";

const user = { name: "system:node:n1", groups: ["system:nodes"] };
const own = { ...pod({ nodeName: "n1" }, { name: "own", uid: "own-uid" }) };
const objects = {
  nodes: [{ metadata: { name: "n1", uid: "node-uid" } }],
  pods: [
    own,
    pod({ nodeName: "n2" }, { name: "other", uid: "other-uid" }),
    pod(
      {
        nodeName: "n1",
        volumes: [
          { name: "t", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
          { name: "v", projected: { sources: [{ serviceAccountToken: { audience: "vault" } }] } },
          { name: "c", persistentVolumeClaim: { claimName: "claim" } },
        ],
      },
      { name: "volumes", uid: "volumes-uid" },
    ),
  ],
  persistentvolumeclaims: [{ ...meta("claim", "ns"), spec: { volumeName: "pv" } }],
  persistentvolumes: [{ ...meta("pv"), spec: { csi: { driver: "d" } } }],
  csidrivers: [{ ...meta("d"), spec: { tokenRequests: [{ audience: "sts" }] } }],
};
const { components } = cluster(objects);
const authorizer = {
  ...components.authorizer,
  authorize: async () => ({ decision: "no-opinion", reason: "" }) as const,
};
const plugin = createNodeRestriction({ ...components, authorizer });
const ask = (target: string, part: Partial<AdmissionRequest>) => admit(plugin, request(target, { user, ...part }));

const labelled = (name: string, ...labels: string[]) => ({
  metadata: { name, labels: Object.fromEntries(labels.map((label) => [label, "x"])) },
});
const update = (object: object, oldObject: object) => ({ operation: "UPDATE", object, oldObject }) as const;
const owner = { apiVersion: "v1", kind: "Node", name: "n1", uid: "node-uid", controller: true };
const mirror = (spec: object = {}, metadata: object = {}) =>
  pod(
    { nodeName: "n1", ...spec },
    { annotations: { "kubernetes.io/config.mirror": "x" }, ownerReferences: [owner], ...metadata },
  );
const token = (spec: object) => ({ object: { spec }, name: "s", namespace: "ns" });
const bound = (name: string, uid = `${name}-uid`, audiences?: string[]) =>
  token({ boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid }, ...(audiences && { audiences }) });

describe("NodeRestriction lets a node", () => {
  it.each([
    [
      "register itself",
      "nodes",
      { object: labelled("n1", "kubernetes.io/hostname", "node.kubernetes.io/a", "own.example/b") },
    ],
    ["label itself", "nodes", update(labelled("n1", "own.example/b"), labelled("n1"))],
    ["renew its lease", "leases.coordination.k8s.io", { object: meta("n1", "kube-node-lease") }],
    ["write its CSINode", "csinodes.storage.k8s.io", { object: meta("n1") }],
    ["make mirror pods", "pods", { object: mirror() }],
    ["remove its pods", "pods", { operation: "DELETE", oldObject: own }],
    ["report on its pods", "pods/status", update({ ...own, status: { phase: "Running" } }, own)],
    ["evict its pods", "pods/eviction", { object: meta("own", "ns") }],
    ["get the tokens that pods mount", "serviceaccounts/token", bound("volumes")],
    ["get tokens for audiences of projections", "serviceaccounts/token", bound("volumes", undefined, ["vault"])],
    ["get tokens for audiences of CSI drivers", "serviceaccounts/token", bound("volumes", undefined, ["sts"])],
    [
      "report a resize",
      "persistentvolumeclaims/status",
      update({ ...meta("c", "ns"), status: { capacity: { storage: "2Gi" } } }, meta("c", "ns")),
    ],
  ] as [string, string, Partial<AdmissionRequest>][])("%s", async (_what, target, part) => {
    await expect(ask(target, part)).resolves.not.toThrow();
  });
});

describe("NodeRestriction refuses", () => {
  it.each([
    ["nodes", { object: labelled("n2") }, 'node "n1" is not allowed to modify node "n2"'],
    [
      "nodes",
      { object: labelled("n1", "node-restriction.kubernetes.io/z", "foo.kubernetes.io/a") },
      'node "n1" is not allowed to set the following labels: foo.kubernetes.io/a, node-restriction.kubernetes.io/z',
    ],
    [
      "nodes",
      update(labelled("n1", "kubernetes.io/role"), labelled("n1")),
      "is not allowed to modify labels: kubernetes.io/role",
    ],
    [
      "nodes",
      update({ ...meta("n1"), spec: { taints: [{ key: "a" }] } }, meta("n1")),
      'node "n1" is not allowed to modify taints',
    ],
    [
      "nodes",
      update({ metadata: { name: "n1", ownerReferences: [owner] } }, meta("n1")),
      'node "n1" is not allowed to modify ownerReferences',
    ],
    [
      "nodes",
      update({ ...meta("n1"), spec: { configSource: { configMap: { name: "x" } } } }, meta("n1")),
      'node "n1" is not allowed to update configSource to a new non-nil configSource',
    ],
    [
      "pods",
      { object: pod() },
      'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
    ],
    ["pods", { object: mirror({ nodeName: "n2" }) }, 'node "n1" can only create pods with spec.nodeName set to itself'],
    [
      "pods",
      { object: mirror({}, { ownerReferences: [] }) },
      'node "n1" can only create pods with an owner reference set to itself',
    ],
    [
      "pods",
      { object: mirror({}, { ownerReferences: [owner, owner] }) },
      "with a single owner reference set to itself",
    ],
    [
      "pods",
      { object: mirror({}, { ownerReferences: [{ ...owner, uid: "x" }] }) },
      "node n1 UID mismatch: expected x got node-uid",
    ],
    [
      "pods",
      { object: mirror({ serviceAccountName: "s" }) },
      'node "n1" can not create pods that reference a service account',
    ],
    [
      "pods",
      { object: mirror({ volumes: [{ configMap: { name: "c" } }] }) },
      'node "n1" can not create pods that reference configmaps',
    ],
    ["pods", update(own, own), 'unexpected operation "UPDATE", node "n1" can only create and delete mirror pods'],
    [
      "pods",
      { operation: "DELETE", oldObject: pod() },
      'node "n1" can only delete pods with spec.nodeName set to itself',
    ],
    [
      "pods/binding",
      { object: meta("p", "ns") },
      "unexpected pod subresource \"binding\", only 'status' and 'eviction' are allowed",
    ],
    [
      "pods/status",
      update(pod(), pod()),
      'node "n1" can only update pod status for pods with spec.nodeName set to itself',
    ],
    [
      "pods/status",
      update({ ...own, metadata: { ...own.metadata, labels: { a: "b" } } }, own),
      'node "n1" cannot update labels through pod status',
    ],
    ["pods/eviction", { object: meta("other", "ns") }, "node n1 can only evict pods with spec.nodeName set to itself"],
    ["persistentvolumeclaims", { object: meta("c", "ns") }, "may only update PVC status"],
    [
      "leases.coordination.k8s.io",
      { object: meta("n2", "kube-node-lease") },
      "can only access node lease with the same name as the requesting node",
    ],
    [
      "csinodes.storage.k8s.io",
      { object: meta("n2") },
      "can only access CSINode with the same name as the requesting node",
    ],
    ["resourceslices.resource.k8s.io", { object: meta("s") }, "can only create ResourceSlice with the same NodeName"],
    ["serviceaccounts/token", token({}), "node requested token not bound to a pod"],
    ["serviceaccounts/token", bound("own", ""), "node requested token with a pod binding without a uid"],
    [
      "serviceaccounts/token",
      bound("own", "x"),
      "the UID in the bound object reference (x) does not match the UID in record.",
    ],
    ["serviceaccounts/token", bound("other"), "node requested token bound to a pod scheduled on a different node"],
    ["serviceaccounts/token", bound("volumes", undefined, ["a", "b"]), "node may only request 0 or 1 audiences"],
    [
      "serviceaccounts/token",
      bound("volumes", undefined, ["other"]),
      'audience "other" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience',
    ],
  ] as [string, Partial<AdmissionRequest>, string][])("%s %#", async (target, part, why) => {
    await expect(ask(target, part)).rejects.toThrow(why);
  });

  it("what does not exist", async () => {
    await expect(ask("serviceaccounts/token", bound("gone"))).rejects.toMatchObject({ code: 404 });
  });

  it("nobody else", async () => {
    await admit(plugin, request("nodes", { object: labelled("n2", "kubernetes.io/role") }));
    const nameless = { name: "system:node:", groups: ["system:nodes"] };
    await expect(ask("nodes", { object: labelled("n2"), user: nameless })).rejects.toThrow(
      'could not determine node from user "system:node:"',
    );
  });
});
