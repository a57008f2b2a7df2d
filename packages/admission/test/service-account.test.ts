import { describe, expect, it } from "vitest";
import { createServiceAccountPlugin } from "../src/index.ts";
import { admit, cluster, meta, pod, request } from "./cluster.ts";

const account = (name: string, more: object = {}) => ({ ...meta(name, "ns"), ...more });
const serviceaccounts = [
  account("default"),
  account("quiet", { automountServiceAccountToken: false }),
  account("puller", { imagePullSecrets: [{ name: "registry" }] }),
];
const plugin = createServiceAccountPlugin(cluster({ serviceaccounts }).components);
const make = async (spec: object = {}, metadata: object = {}) =>
  (await admit(plugin, request("pods", { object: pod(spec, metadata) }))).spec;

const mount = {
  name: "kube-api-access-bbbbb",
  readOnly: true,
  mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
};

describe("ServiceAccount", () => {
  it("gives the default account and its token", async () => {
    expect(await make()).toEqual({
      serviceAccountName: "default",
      serviceAccount: "default",
      containers: [{ name: "c", image: "img", volumeMounts: [mount] }],
      volumes: [
        {
          name: "kube-api-access-bbbbb",
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
              { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
              {
                downwardAPI: {
                  items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
                },
              },
            ],
          },
        },
      ],
    });
  });

  it("mounts nothing where account or pod opt out, or something else is mounted", async () => {
    expect((await make({ serviceAccountName: "quiet" })).volumes).toBeUndefined();
    expect((await make({ automountServiceAccountToken: false })).volumes).toBeUndefined();
    expect((await make({ serviceAccountName: "quiet", automountServiceAccountToken: true })).volumes).toHaveLength(1);
    const own = { name: "mine", mountPath: mount.mountPath };
    const spec = await make({ containers: [{ name: "c", volumeMounts: [own] }] });
    expect(spec).toMatchObject({ containers: [{ volumeMounts: [own] }] });
    expect(spec.volumes).toBeUndefined();
  });

  it("uses a token volume that is there", async () => {
    const spec = await make({ volumes: [{ name: "kube-api-access-own" }] });
    expect(spec.volumes).toHaveLength(1);
    expect(spec.containers[0].volumeMounts[0].name).toBe("kube-api-access-own");
  });

  it("gives the account's pull secrets to pods without any", async () => {
    expect((await make({ serviceAccountName: "puller" })).imagePullSecrets).toEqual([{ name: "registry" }]);
    const own = [{ name: "own" }];
    expect((await make({ serviceAccountName: "puller", imagePullSecrets: own })).imagePullSecrets).toEqual(own);
  });

  it("does not find other accounts", async () => {
    await expect(make({ serviceAccountName: "nope" })).rejects.toMatchObject({
      code: 403,
      message: 'pods "p" is forbidden: error looking up service account ns/nope: serviceaccount "nope" not found',
    });
  });

  const mirror = { annotations: { "kubernetes.io/config.mirror": "x" } };
  it.each([
    [{ serviceAccountName: "default" }, "a mirror pod may not reference service accounts"],
    [{ volumes: [{ name: "v", secret: { secretName: "s" } }] }, "a mirror pod may not reference secrets"],
    [
      { volumes: [{ name: "v", projected: { sources: [{ serviceAccountToken: {} }] } }] },
      "a mirror pod may not use ServiceAccountToken volume projections",
    ],
  ])("refuses mirror pods with %o", async (spec, why) => {
    await expect(make(spec, mirror)).rejects.toThrow(`pods "p" is forbidden: ${why}`);
  });

  it("leaves mirror pods alone", async () => {
    expect(await make({}, mirror)).toEqual(pod().spec);
  });

  it("waits for the default account of a new namespace, and not forever", async () => {
    const { components, events, clock } = cluster();
    const waiting = createServiceAccountPlugin(components);
    const first = waiting.mutate?.(request("pods", { object: pod() }));
    await clock.advance(100);
    events.next({ type: "add", object: account("default"), initial: false });
    await expect(first).resolves.toBeUndefined();
    const second = waiting.mutate?.(request("pods", { object: pod() }));
    const refused = expect(second).rejects.toThrow('serviceaccount "default" not found');
    await clock.advance(2000);
    await refused;
  });
});
