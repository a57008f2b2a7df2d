import type { Draft, ResourceDefinition, StoredSubresource, StrategyContext } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { createBuiltInDefinitions } from "../../src/index.ts";

const definitions = createBuiltInDefinitions();
const context: StrategyContext = { now: 0, user: { name: "jane", groups: [] }, subresource: "" };

function definitionOf(kind: string): ResourceDefinition {
  return definitions.find((each) => each.kind === kind)!;
}

function throughStatus(kind: string, draft: Draft, old: Draft): Draft {
  const status = definitionOf(kind).subresources.find(({ name }) => name === "status") as StoredSubresource;
  status.strategy.prepareForUpdate?.(draft, old, context);
  return draft;
}

describe("labels and finalizers through status", () => {
  const before = () => ({ metadata: { name: "a", resourceVersion: "1" }, spec: { x: 1 } });
  const sent = () => ({
    metadata: { name: "a", resourceVersion: "1", labels: { x: "y" }, finalizers: ["example.com/f"] },
    spec: { x: 2 },
    status: {},
  });

  it.each(["DaemonSet", "ReplicaSet", "CronJob", "Service"])("may be set for %s", (kind) => {
    expect(throughStatus(kind, sent(), before()).metadata.labels).toEqual({ x: "y" });
  });

  it.each([
    "APIService",
    "FlowSchema",
    "PriorityLevelConfiguration",
    "ResourceClaim",
    "ValidatingAdmissionPolicy",
    "VolumeAttachment",
  ])("stay what they were for %s", (kind) => {
    expect(throughStatus(kind, sent(), before())).toEqual({ ...before(), status: {} });
  });

  it("keeps the record of who manages what", () => {
    const managedFields = [{ manager: "m" }];
    const draft = { ...sent(), metadata: { ...sent().metadata, managedFields } };
    expect(throughStatus("FlowSchema", draft, before()).metadata.managedFields).toBe(managedFields);
  });
});

describe("the generation of a CSIDriver", () => {
  const { strategy } = definitionOf("CSIDriver");
  const driver = (generation: number | undefined, spec: object): Draft => ({
    metadata: { name: "d", ...(generation === undefined ? {} : { generation }) },
    spec,
  });

  it.each([
    ["begins with the first change", undefined, { seLinuxMount: true }, 1],
    ["counts changes", 3, { seLinuxMount: true }, 4],
    ["stays without a change", 3, {}, 3],
    ["stays absent without a change", undefined, {}, undefined],
  ])("%s", (_, generation, spec, expected) => {
    const draft = driver(9, spec);
    strategy.prepareForUpdate?.(draft, driver(generation, {}), context);
    expect(draft.metadata.generation).toBe(expected);
    expect(strategy.generation).toBe(false);
  });
});

describe("maxUnavailable of a StatefulSet", () => {
  const { strategy } = definitionOf("StatefulSet");
  const set = (rollingUpdate: object | undefined): Draft => ({
    metadata: { name: "s" },
    spec: { template: { spec: {} }, updateStrategy: { type: "RollingUpdate", rollingUpdate } },
  });

  it("is dropped, unless it is stored already", () => {
    const created = set({ partition: 0, maxUnavailable: 2 });
    strategy.prepareForCreate?.(created, context);
    expect(created.spec.updateStrategy.rollingUpdate).toEqual({ partition: 0 });
    const kept = set({ maxUnavailable: 3 });
    strategy.prepareForUpdate?.(kept, set({ maxUnavailable: 2 }), context);
    expect(kept.spec.updateStrategy.rollingUpdate).toEqual({ maxUnavailable: 3 });
    const added = set({ maxUnavailable: 3 });
    strategy.prepareForUpdate?.(added, set(undefined), context);
    expect(added.spec.updateStrategy.rollingUpdate).toEqual({});
  });
});

describe("the certificate of a CertificateSigningRequest", () => {
  const status = definitionOf("CertificateSigningRequest").subresources.find(({ name }) => name === "status");
  const request = (pem: string): Draft => ({ metadata: { name: "r" }, spec: {}, status: { certificate: btoa(pem) } });
  const block = (type: string, content = "MAA="): string =>
    `-----BEGIN ${type}-----\n${content}\n-----END ${type}-----\n`;

  it.each([
    [block("CERTIFICATE") + block("CERTIFICATE"), []],
    ["nonsense", ["must contain at least one CERTIFICATE PEM block"]],
    [block("PRIVATE KEY"), ['only CERTIFICATE PEM blocks are allowed, found "PRIVATE KEY"']],
    [block("CERTIFICATE", "a: b\n\nMAA="), ["no PEM block headers are permitted"]],
  ])("is PEM: %j", (pem, problems) => {
    const old = { metadata: { name: "r" }, spec: {} };
    const errors = (status as StoredSubresource).strategy.validateUpdate?.(request(pem), old, context) ?? [];
    expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual(
      problems.map((problem) => `status.certificate: Invalid value: "<certificate data>": ${problem}`),
    );
  });
});

describe("a gated pod", () => {
  it("says since when it waits", () => {
    const pod: Draft = { metadata: { name: "p" }, spec: { containers: [], schedulingGates: [{ name: "g" }] } };
    definitionOf("Pod").strategy.prepareForCreate?.(pod, context);
    expect(pod.status.conditions).toMatchObject([
      { type: "PodScheduled", reason: "SchedulingGated", lastTransitionTime: "1970-01-01T00:00:00Z" },
    ]);
  });
});

describe("messages", () => {
  const messages = (kind: string, object: Draft): readonly string[] =>
    (definitionOf(kind).strategy.validate?.(object, context) ?? []).map(({ field, message }) => `${field}: ${message}`);

  it("quote a repeated taint as upstream's type prints it", () => {
    const taint = { key: "k", value: "x", effect: "NoSchedule" };
    expect(messages("Node", { metadata: { name: "n" }, spec: { taints: [taint, taint] } })).toEqual([
      'metadata.taints[1]: Duplicate value: {"Key":"k","Value":"x","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
    ]);
  });

  it("ask for a path type that is missing, also when it reads as null", () => {
    const path = { path: "/", pathType: null, backend: { service: { name: "s", port: { number: 80 } } } };
    expect(messages("Ingress", { metadata: { name: "i" }, spec: { rules: [{ http: { paths: [path] } }] } })).toEqual([
      "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified",
    ]);
  });

  it("speak of addresses and families alone when these do not fit", () => {
    const service = (ipFamilies: readonly string[]): Draft => ({
      metadata: { name: "s" },
      spec: { type: "ClusterIP", ports: [{ port: 80 }], clusterIP: "10.96.0.9", clusterIPs: ["10.96.0.9"], ipFamilies },
    });
    const errors = definitionOf("Service").strategy.validateUpdate?.(service(["IPv6"]), service(["IPv4"]), context);
    expect(errors?.map(({ field }) => String(field))).toEqual(["spec.clusterIPs[0]"]);
  });
});

describe("what an update says", () => {
  const errorsOf = (kind: string, next: Draft, old: Draft): string[] => {
    const { strategy, default: complete } = definitionOf(kind);
    const [draft, stored] = [next, old].map((body) => {
      const object = structuredClone({ metadata: { name: "a" }, ...body });
      complete?.(object);
      return object;
    }) as [Draft, Draft];
    return (strategy.validateUpdate?.(draft, stored, context) ?? []).map(
      ({ field, message }) => `${field}: ${message}`,
    );
  };

  it("of a claim that loses its class: no class is not the class without a name", () => {
    const claim = (spec: object): Draft => ({
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
    });
    expect(errorsOf("PersistentVolumeClaim", claim({}), claim({ storageClassName: "" }))).toEqual([
      expect.stringContaining('- "StorageClassName": "",\n+ "StorageClassName": null,'),
    ]);
    expect(errorsOf("PersistentVolumeClaim", claim({ storageClassName: "a" }), claim({}))).toEqual([]);
  });

  it("of a pod: what has changed, and nothing else", () => {
    const pod = (restartPolicy: string): Draft => ({
      spec: { containers: [{ name: "a", image: "i" }], restartPolicy },
    });
    const [error] = errorsOf("Pod", pod("Never"), pod("Always"));
    const changes = (error ?? "").split("\n").filter((line) => /^[-+]/.test(line));
    expect(changes).toEqual(['- "RestartPolicy": "Always",', '+ "RestartPolicy": "Never",']);
  });

  it("of a resource claim: that its spec is fixed, and nothing of the new one", () => {
    const claim = (name: string): Draft => ({
      spec: { devices: { requests: [{ name, exactly: { deviceClassName: "c" } }] } },
    });
    const [error, ...more] = errorsOf("ResourceClaim", claim("-"), claim("r"));
    expect(error).toMatch(/^spec: Invalid value: \{"Devices":\{"Requests":\[\{"Name":"-",.*: field is immutable$/);
    expect(more).toEqual([]);
    expect(errorsOf("ResourceClaimTemplate", { spec: claim("-") }, { spec: claim("r") })).toHaveLength(2);
  });

  it("of a storage class: what is wrong with it, too", () => {
    const errors = errorsOf("StorageClass", { provisioner: "10%" }, { provisioner: "a" });
    expect(errors).toEqual([expect.stringMatching(/name part/), expect.stringMatching(/immutable/)]);
  });
});

it("a job without containers whose failures have a policy is refused, not a failure of the server", () => {
  const { strategy, default: complete } = definitionOf("Job");
  const rule = { action: "FailJob", onExitCodes: { operator: "In", values: null } };
  const template = { spec: { containers: null, restartPolicy: "Never" } };
  const job: Draft = { metadata: { name: "a" }, spec: { template, podFailurePolicy: { rules: [rule] } } };
  complete?.(job);
  const fields = (strategy.validate?.(job, context) ?? []).map(({ field }) => field);
  expect(fields).toContain("spec.template.spec.containers");
  expect(fields).toContain("spec.podFailurePolicy.rules[0].onExitCodes.values");
});
