import type { Container, Pod, Service } from "@pinnace/api";
import type { ObjectSource } from "@pinnace/storage";
import { describe, expect, test } from "vitest";
import { dnsConfig } from "../src/containers/dns-config.ts";
import { makeEnvironment } from "../src/containers/environment.ts";
import { expand } from "../src/containers/expansion.ts";
import { hostnameOf, hostsFile } from "../src/containers/hostname.ts";
import { containerResources, cpuQuota, cpuShares, oomScoreAdjust } from "../src/containers/resources.ts";
import { containerSecurity, verifyRunAsNonRoot } from "../src/containers/security-context.ts";
import { serviceEnvironment, visibleServices } from "../src/containers/service-environment.ts";
import { qosClass } from "../src/status/qos-class.ts";

const GIB = 1024 ** 3;

function podOf(spec: Partial<NonNullable<Pod["spec"]>> = {}, metadata: Pod["metadata"] = {}): Pod {
  return {
    metadata: { name: "web", namespace: "shop", uid: "u", ...metadata },
    spec: { containers: [{ name: "c" }], ...spec },
    status: { podIP: "10.0.0.9", podIPs: [{ ip: "10.0.0.9" }] },
  };
}

describe("expand", () => {
  const variables: Readonly<Record<string, string>> = { A: "1", EMPTY: "" };
  test.each([
    ["$(A)", "1"],
    ["x$(A)y$(A)", "x1y1"],
    ["$(NONE)", "$(NONE)"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$1"],
    ["$(A", "$(A"],
    ["$", "$"],
    ["$A", "$A"],
    ["$(EMPTY)", ""],
    ["no reference", "no reference"],
  ])("%j is %j", (text, expected) => {
    expect(expand(text, (name) => variables[name])).toBe(expected);
  });
});

describe("the environment", () => {
  const objects = {
    configMap: async (_: string, name: string) => (name === "cm" ? { data: { a: "1", b: "2" } } : undefined),
    secret: async (_: string, name: string) =>
      name === "s" ? { data: { pw: Buffer.from("pässword").toString("base64") } } : undefined,
  } as unknown as ObjectSource;
  const make = async (container: Partial<Container>, pod: Pod = podOf()): Promise<Record<string, string>> => {
    const services = new Map([["REDIS_SERVICE_HOST", "10.96.0.5"]]);
    const sources = { objects, node: { allocatable: { cpu: "4", memory: "8Gi" } }, services };
    return Object.fromEntries(await makeEnvironment(pod, { name: "c", ...container }, sources));
  };

  test("is made of services, envFrom and env, later ones winning", async () => {
    const env = await make({
      envFrom: [{ prefix: "X_", configMapRef: { name: "cm" } }, { secretRef: { name: "none", optional: true } }],
      env: [
        { name: "X_a", value: "mine" },
        { name: "URL", value: "$(REDIS_SERVICE_HOST):$(X_b) $(LATER)" },
        { name: "LATER", value: "z" },
        { name: "PW", valueFrom: { secretKeyRef: { name: "s", key: "pw" } } },
        { name: "MAYBE", valueFrom: { configMapKeyRef: { name: "cm", key: "none", optional: true } } },
        { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      ],
    });
    expect(env).toEqual({
      REDIS_SERVICE_HOST: "10.96.0.5",
      X_a: "mine",
      X_b: "2",
      URL: "10.96.0.5:2 $(LATER)",
      LATER: "z",
      PW: "pässword",
      IP: "10.0.0.9",
    });
  });

  test("knows the container's resources", async () => {
    const resources = { requests: { cpu: "250m" }, limits: { memory: "128Mi" } };
    const pod = podOf({ containers: [{ name: "c", resources }] });
    const ref = (resource: string, divisor?: string) => ({
      valueFrom: { resourceFieldRef: { resource, ...(divisor ? { divisor } : {}) } },
    });
    const env = [
      { name: "CPU", ...ref("requests.cpu", "1m") },
      { name: "CORES", ...ref("requests.cpu") },
      { name: "MEM", ...ref("limits.memory", "1Mi") },
      { name: "NODE", ...ref("limits.cpu") },
    ];
    expect(await make({ env }, pod)).toMatchObject({ CPU: "250", CORES: "1", MEM: "128", NODE: "4" });
  });

  test.each([
    [{ envFrom: [{ configMapRef: { name: "x" } }] }, 'configmap "x" not found'],
    [{ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "x", key: "k" } } }] }, 'secret "x" not found'],
    [
      { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "cm", key: "k" } } }] },
      "couldn't find key k in ConfigMap shop/cm",
    ],
    [{ env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "spec.x" } } }] }, "unsupported fieldPath: spec.x"],
  ])("explains %j", async (container, message) => {
    await expect(make(container)).rejects.toThrow(message);
  });
});

test("services become variables as Docker links were", () => {
  const service = (name: string, clusterIP: string, namespace = "shop"): Service => ({
    metadata: { name, namespace },
    spec: {
      clusterIP,
      ports: [
        { name: "http-api", port: 80 },
        { port: 53, protocol: "UDP" },
      ],
    },
  });
  const env = serviceEnvironment([service("my-db", "10.96.0.7"), service("headless", "None")]);
  expect(Object.fromEntries(env)).toEqual({
    MY_DB_SERVICE_HOST: "10.96.0.7",
    MY_DB_SERVICE_PORT: "80",
    MY_DB_SERVICE_PORT_HTTP_API: "80",
    MY_DB_PORT: "tcp://10.96.0.7:80",
    MY_DB_PORT_80_TCP: "tcp://10.96.0.7:80",
    MY_DB_PORT_80_TCP_PROTO: "tcp",
    MY_DB_PORT_80_TCP_PORT: "80",
    MY_DB_PORT_80_TCP_ADDR: "10.96.0.7",
    MY_DB_PORT_53_UDP: "udp://10.96.0.7:53",
    MY_DB_PORT_53_UDP_PROTO: "udp",
    MY_DB_PORT_53_UDP_PORT: "53",
    MY_DB_PORT_53_UDP_ADDR: "10.96.0.7",
  });
  const all = [service("a", "1.1.1.1"), service("kubernetes", "10.96.0.1", "default")];
  const inNamespace = (name: string) => all.filter(({ metadata }) => metadata?.namespace === name);
  const names = (links: boolean) => visibleServices(inNamespace, "shop", links).map(({ metadata }) => metadata?.name);
  expect([names(true), names(false)]).toEqual([["a", "kubernetes"], ["kubernetes"]]);
});

describe("resources", () => {
  test.each([
    [0, 2],
    [1, 2],
    [100, 102],
    [1000, 1024],
    [1_000_000, 262_144],
  ])("%d millicores are %d shares", (milli, shares) => expect(cpuShares(milli)).toBe(shares));

  test.each([
    [0, undefined],
    [1, 1000],
    [500, 50_000],
    [2000, 200_000],
  ])("%d millicores are a quota of %s µs", (milli, quota) => expect(cpuQuota(milli)).toBe(quota));

  const container = (requests: Record<string, string>, limits: Record<string, string> = {}): Container => ({
    name: "c",
    resources: { requests, limits },
  });
  test.each([
    [container({}), "BestEffort", 1000],
    [container({ cpu: "1", memory: "1Gi" }, { cpu: "1", memory: "1Gi" }), "Guaranteed", -997],
    [container({ memory: "4Gi" }), "Burstable", 500],
    [container({ memory: "16Gi" }), "Burstable", 3],
    [container({ cpu: "1" }), "Burstable", 999],
  ])("%j is %s", (one, qos, score) => {
    const pod = podOf({ containers: [one] });
    expect([qosClass(pod), oomScoreAdjust(pod, one, 8 * GIB)]).toEqual([qos, score]);
  });

  test("become cgroup numbers", () => {
    const one = container({ cpu: "250m" }, { cpu: "500m", memory: "64Mi" });
    expect(containerResources(podOf({ containers: [one] }), one, 8 * GIB)).toMatchObject({
      ...{ cpuShares: 256, cpuQuota: 50_000, cpuPeriod: 100_000, memoryLimit: 64 * 1024 ** 2 },
    });
  });
});

describe("the security context", () => {
  test("of a container wins over the pod's", () => {
    const pod = podOf({
      securityContext: {
        runAsUser: 1,
        runAsGroup: 2,
        fsGroup: 3,
        supplementalGroups: [4],
        seccompProfile: { type: "RuntimeDefault" },
      },
    });
    const security = containerSecurity(pod, {
      name: "c",
      securityContext: { runAsUser: 9, allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    });
    expect(security).toMatchObject({
      ...{ runAsUser: 9, runAsGroup: 2, supplementalGroups: [4, 3], noNewPrivileges: true, dropCapabilities: ["ALL"] },
      ...{ seccomp: "RuntimeDefault", privileged: false, readonlyRootfs: false },
    });
    expect(containerSecurity(pod, { name: "c", securityContext: { privileged: true } })).toMatchObject({
      ...{ privileged: true, seccomp: "Unconfined", maskedPaths: [] },
    });
  });

  const image = { id: "i", repoTags: [], repoDigests: [], size: 0 };
  const where = '(pod: "web_shop(u)", container: c)';
  test.each([
    [{ runAsNonRoot: true, runAsUser: 0 }, image, `container's runAsUser breaks non-root policy ${where}`],
    [{ runAsNonRoot: true }, image, `container has runAsNonRoot and image will run as root ${where}`],
    [{ runAsNonRoot: true }, { ...image, uid: 0 }, `container has runAsNonRoot and image will run as root ${where}`],
    [
      { runAsNonRoot: true },
      { ...image, username: "app" },
      `container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root ${where}`,
    ],
    [{ runAsNonRoot: true }, { ...image, uid: 5 }, undefined],
    [{ runAsNonRoot: true, runAsUser: 5 }, image, undefined],
    [{}, image, undefined],
  ])("runAsNonRoot: %j", (securityContext, of, message) => {
    const verify = (): void => verifyRunAsNonRoot(podOf(), { name: "c", securityContext }, of);
    if (message === undefined) expect(verify).not.toThrow();
    else expect(verify).toThrow(message);
  });
});

describe("name resolution", () => {
  const settings = {
    clusterDns: ["10.96.0.10"],
    clusterDomain: "cluster.local",
    host: { nameservers: ["1.1.1.1"], searches: ["corp"], options: ["timeout:1"] },
  };
  const cluster = ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "corp"];
  test.each([
    [{}, { nameservers: ["10.96.0.10"], searches: cluster, options: ["ndots:5"] }],
    [{ hostNetwork: true }, settings.host],
    [
      { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" },
      { nameservers: ["10.96.0.10"], searches: cluster, options: ["ndots:5"] },
    ],
    [{ dnsPolicy: "Default" }, settings.host],
    [
      {
        dnsPolicy: "None",
        dnsConfig: { nameservers: ["9.9.9.9"], options: [{ name: "ndots", value: "2" }, { name: "edns0" }] },
      },
      { nameservers: ["9.9.9.9"], searches: [], options: ["ndots:2", "edns0"] },
    ],
    [
      { dnsConfig: { searches: ["x"], options: [{ name: "ndots", value: "1" }] } },
      { nameservers: ["10.96.0.10"], searches: [...cluster, "x"], options: ["ndots:1"] },
    ],
  ])("%j", (spec, expected) => expect(dnsConfig(podOf(spec), settings)).toEqual(expected));

  test.each([
    [{}, { hostname: "web", domain: "" }],
    [
      { hostname: "h", subdomain: "s" },
      { hostname: "h", domain: "s.shop.svc.cluster.local" },
    ],
    [
      { hostname: "h", subdomain: "s", setHostnameAsFQDN: true },
      { hostname: "h.s.shop.svc.cluster.local", domain: "s.shop.svc.cluster.local" },
    ],
  ])("host name of %j", (spec, expected) => expect(hostnameOf(podOf(spec), "cluster.local")).toEqual(expected));

  test("a long name is cut without a dash at its end", () => {
    expect(hostnameOf(podOf({}, { name: `${"a".repeat(62)}-b` }), "c").hostname).toBe("a".repeat(62));
  });

  test("/etc/hosts names the pod and its aliases", () => {
    const pod = podOf({ hostname: "h", subdomain: "s", hostAliases: [{ ip: "1.2.3.4", hostnames: ["a", "b"] }] });
    const lines = hostsFile(pod, ["10.0.0.9"], "cluster.local").split("\n");
    expect(lines).toContain("10.0.0.9\th.s.shop.svc.cluster.local\th");
    expect(lines.slice(-4)).toEqual(["", "# Entries added by HostAliases.", "1.2.3.4\ta\tb", ""]);
  });
});
