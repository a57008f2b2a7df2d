import { describe, expect, it } from "vitest";
import { createNodeAuthorizer, nodeRules, type RelatedKind } from "../src/index.ts";
import { podReferences, volumeSecrets } from "../src/node-authorizer/pod-references.ts";

const related = new Set(["secret ns/used", "serviceaccount ns/s", "persistentvolumeclaim ns/c", "pod ns/p"]);
const authorizer = createNodeAuthorizer({
  rules: nodeRules(),
  relations: {
    ready: async () => undefined,
    isRelated: (node: string, kind: RelatedKind, namespace: string, name: string) =>
      node === "n1" && related.has(`${kind} ${namespace}/${name}`),
  },
});

async function ask(request: string, fieldSelector?: string): Promise<string> {
  const [verb = "", target = "", namespace = "", name = ""] = request.split(" ");
  const [qualified = "", subresource = ""] = target.split("/");
  const dot = qualified.indexOf(".");
  const answer = await authorizer.authorize({
    user: { name: "system:node:n1", groups: ["system:nodes"] },
    verb,
    resourceRequest: true,
    path: "",
    group: dot < 0 ? "" : qualified.slice(dot + 1),
    version: "v1",
    resource: dot < 0 ? qualified : qualified.slice(0, dot),
    subresource,
    namespace: namespace === "-" ? "" : namespace,
    name,
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  });
  return answer.decision === "allow" ? "allow" : answer.reason;
}

describe("createNodeAuthorizer", () => {
  it.each([
    ["get secrets ns used", "allow"],
    ["watch secrets ns used", "allow"],
    ["get secrets ns free", "no relationship found between node 'n1' and this object"],
    ["list secrets ns", "No Object name found"],
    ["delete secrets ns used", "can only read resources of this type"],
    ["get secrets - used", "can only read namespaced object of this type"],
    ["get persistentvolumeclaims ns c", "allow"],
    ["update persistentvolumeclaims/status ns c", "allow"],
    ["get persistentvolumeclaims/status ns c", "can only get/update/patch this type"],
    ["list persistentvolumeclaims ns", "can only get individual resources of this type"],
    ["create serviceaccounts/token ns s", "allow"],
    ["create serviceaccounts ns s", "can only create token subresource of serviceaccount"],
    ["get serviceaccounts ns s", "can only create tokens for individual service accounts"],
    ["get pods ns p", "allow"],
    ["get pods ns q", "no relationship found between node 'n1' and this object"],
    ["create pods/eviction ns p", "allow"],
    ["create pods/binding ns p", ""],
    ["create leases.coordination.k8s.io kube-node-lease", "allow"],
    [
      "update leases.coordination.k8s.io kube-node-lease n2",
      "can only access node lease with the same name as the requesting node",
    ],
    [
      "update leases.coordination.k8s.io default n1",
      'can only access leases in the "kube-node-lease" system namespace',
    ],
    ["list leases.coordination.k8s.io kube-node-lease", "can only get, create, update, patch, or delete a node lease"],
    ["update csinodes.storage.k8s.io - n1", "allow"],
    ["create resourceslices.resource.k8s.io -", "allow"],
    ["list services -", "allow"],
    ["list ingresses.networking.k8s.io ns", ""],
  ])("%s: %s", async (request, expected) => {
    expect(await ask(request)).toBe(expected);
  });

  it("shows a node its own pods", async () => {
    expect(await ask("list pods -", "spec.nodeName=n1")).toBe("allow");
    expect(await ask("watch pods -", "status.phase!=Failed,spec.nodeName==n1")).toBe("allow");
    expect(await ask("list pods -", "spec.nodeName=n2")).toBe(
      "can only list/watch pods with spec.nodeName field selector",
    );
  });
});

describe("podReferences", () => {
  const spec = {
    serviceAccountName: "s",
    imagePullSecrets: [{ name: "pull" }],
    containers: [
      {
        env: [{ valueFrom: { secretKeyRef: { name: "env" } } }, { valueFrom: { configMapKeyRef: { name: "cm-env" } } }],
        envFrom: [{ secretRef: { name: "from" } }, { configMapRef: { name: "cm-from" } }],
      },
    ],
    initContainers: [{ envFrom: [{ secretRef: { name: "init" } }] }],
    resourceClaims: [{ name: "gpu", resourceClaimName: "claim" }],
    volumes: [
      { name: "a", secret: { secretName: "vol" } },
      { name: "b", configMap: { name: "cm-vol" } },
      { name: "c", projected: { sources: [{ secret: { name: "proj" } }, { configMap: { name: "cm-proj" } }, {}] } },
      { name: "d", persistentVolumeClaim: { claimName: "pvc" } },
      { name: "e", ephemeral: {} },
      { name: "f", csi: { nodePublishSecretRef: { name: "csi" } } },
    ],
  };

  it("finds everything that a pod needs", () => {
    const references = podReferences({ metadata: { name: "p", namespace: "ns" }, spec });
    expect([...references.secret]).toEqual(["pull", "env", "from", "init", "vol", "proj", "csi"]);
    expect([...references.configmap]).toEqual(["cm-env", "cm-from", "cm-vol", "cm-proj"]);
    expect([...references.persistentvolumeclaim]).toEqual(["pvc", "p-e"]);
    expect([...references.serviceaccount]).toEqual(["s"]);
    expect([...references.resourceclaim]).toEqual(["claim"]);
  });

  it("trusts no mirror pod", () => {
    const metadata = { name: "p", annotations: { "kubernetes.io/config.mirror": "x" } };
    expect(podReferences({ metadata, spec }).secret.size).toBe(0);
  });

  it("finds the secrets of volumes", () => {
    const volume = {
      spec: {
        claimRef: { namespace: "ns", name: "pvc" },
        csi: { nodeStageSecretRef: { name: "stage", namespace: "vault" }, nodePublishSecretRef: { name: "publish" } },
      },
    };
    expect([...volumeSecrets(volume)].sort()).toEqual(["ns/publish", "vault/stage"]);
  });
});
