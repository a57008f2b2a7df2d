import { type Draft, StatusError } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { createResourceQuota, runValidation, usageOf } from "../src/index.ts";
import { cluster, meta, pod, request } from "./cluster.ts";
import { type GoldenStep, goldenCases } from "./golden.ts";

/** A quota whose controller has run: `used` is 0 unless given. */
function quota(
  name: string,
  hard: Record<string, string>,
  used: Record<string, string> = {},
  spec: object = {},
): Draft {
  const zero = Object.fromEntries(Object.keys(hard).map((key) => [key, "0"]));
  return { ...meta(name, "ns"), spec: { hard, ...spec }, status: { hard, used: { ...zero, ...used } } };
}

/** The plugin over quotas that it can write to. `conflicts`: how many writes fail because of somebody else. */
function setup(quotas: Draft[], conflicts = 0) {
  const { components } = cluster({ resourcequotas: quotas });
  let failures = conflicts;
  const client: Draft = {
    namespace: () => client,
    get: async (name: string) => quotas.find(({ metadata }) => metadata.name === name),
    updateStatus: async (next: Draft) => {
      if (failures-- > 0) throw new StatusError(409, "Conflict", "changed");
      Object.assign(
        quotas.find(({ metadata }) => metadata.name === next.metadata.name),
        next,
      );
    },
  };
  const read: Draft = { resource: () => ({ ...client, namespace: () => client }) };
  return createResourceQuota({ informers: components.informers, client: () => read });
}

const requests = (quantities: object) => pod({ containers: [{ name: "c", resources: { requests: quantities } }] });
const limits = (quantities: object) => pod({ containers: [{ name: "c", resources: { limits: quantities } }] });
const secret = () => request("secrets", { object: meta("s", "ns") });

describe("ResourceQuota", () => {
  it("books what a write uses, and refuses more", async () => {
    const counted = quota("q", { "count/secrets": "1", pods: "5" });
    const plugin = setup([counted]);
    await runValidation([plugin], secret());
    expect(counted.status.used).toEqual({ "count/secrets": "1", pods: "0" });
    await expect(runValidation([plugin], secret())).rejects.toMatchObject({
      code: 403,
      message:
        'secrets "s" is forbidden: exceeded quota: q, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1',
    });
  });

  it("lets only as many writes through at the same time as there is room for", async () => {
    const counted = quota("q", { secrets: "3" });
    const plugin = setup([counted], 2);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => runValidation([plugin], secret())));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(counted.status.used.secrets).toBe("3");
  });

  it("gives back what was not stored, or what another quota refuses", async () => {
    const first = quota("a", { secrets: "5" });
    const plugin = setup([first, quota("b", { secrets: "1" })]);
    const admitted = await runValidation([plugin], secret());
    await expect(runValidation([plugin], secret())).rejects.toThrow("exceeded quota: b");
    expect(first.status.used.secrets).toBe("1");
    await admitted.release();
    expect(first.status.used.secrets).toBe("0");
  });

  it("books nothing for a dry run, and nothing where the controller has not run", async () => {
    const counted = quota("q", { secrets: "1" });
    const plugin = setup([counted, { ...meta("new", "ns"), spec: { hard: { secrets: "0" } } }]);
    await runValidation([plugin], { ...secret(), dryRun: true });
    expect(counted.status.used.secrets).toBe("0");
  });

  it("does not guess how much is used", async () => {
    const unknown = quota("q", { secrets: "1" });
    unknown.status.used = {};
    await expect(runValidation([setup([unknown])], secret())).rejects.toThrow(
      "status unknown for quota: q, resources: secrets",
    );
  });

  it("gives up when somebody else always wins", async () => {
    await expect(runValidation([setup([quota("q", { secrets: "1" })], 9)], secret())).rejects.toMatchObject({
      code: 409,
    });
  });

  it.each([
    ["best-effort pods", { scopes: ["BestEffort"] }, pod(), true],
    ["best-effort pods", { scopes: ["BestEffort"] }, requests({ cpu: "1" }), false],
    ["other pods", { scopes: ["NotBestEffort"] }, limits({ memory: "1" }), true],
    ["pods that end", { scopes: ["Terminating"] }, pod({ activeDeadlineSeconds: 1 }), true],
    ["pods that do not", { scopes: ["NotTerminating"] }, pod({ activeDeadlineSeconds: 1 }), false],
    ["a priority", priority("In", "high"), pod({ priorityClassName: "high" }), true],
    ["a priority", priority("NotIn", "high"), pod({ priorityClassName: "high" }), false],
    ["any priority", priority("Exists"), pod(), false],
    ["no priority", priority("DoesNotExist"), pod(), true],
    [
      "affinity to other namespaces",
      { scopes: ["CrossNamespacePodAffinity"] },
      pod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ namespaces: ["x"] }] } } }),
      true,
    ],
  ])("with scopes counts %s (%#)", async (_what, spec, object, counts) => {
    const scoped = quota("q", { pods: "9" }, {}, spec);
    await runValidation([setup([scoped])], request("pods", { object }));
    expect(scoped.status.used.pods).toBe(counts ? "1" : "0");
  });
});

function priority(operator: string, ...values: string[]): object {
  return { scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator, values }] } };
}

describe("usageOf", () => {
  const usage = (target: string, object: Draft) => usageOf(request(target, { object }).definition, object);

  it.each([
    ["deployments.apps", meta("d"), { "count/deployments.apps": "1" }],
    ["configmaps", meta("c"), { "count/configmaps": "1", configmaps: "1" }],
    [
      "pods",
      pod({
        containers: [{ resources: { requests: { cpu: "1", "nvidia.com/gpu": "2" }, limits: { memory: "1Gi" } } }],
      }),
      {
        "count/pods": "1",
        pods: "1",
        cpu: "1",
        "requests.cpu": "1",
        "requests.nvidia.com/gpu": "2",
        "limits.memory": "1Gi",
      },
    ],
    ["pods", { ...requests({ cpu: "1" }), status: { phase: "Succeeded" } }, { "count/pods": "1" }],
    [
      "services",
      { ...meta("s"), spec: { type: "LoadBalancer", ports: [{}, {}] } },
      { "count/services": "1", services: "1", "services.nodeports": "2", "services.loadbalancers": "1" },
    ],
    [
      "persistentvolumeclaims",
      { ...meta("c"), spec: { storageClassName: "gold", resources: { requests: { storage: "2Gi" } } } },
      {
        "count/persistentvolumeclaims": "1",
        persistentvolumeclaims: "1",
        "requests.storage": "2Gi",
        "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
        "gold.storageclass.storage.k8s.io/requests.storage": "2Gi",
      },
    ],
  ])("%s", (target, object, expected) => {
    expect(usage(target, object)).toEqual(expected);
  });

  it("adds a pod's overhead", () => {
    const object = pod({ overhead: { cpu: "250m" }, containers: [{ resources: { requests: { cpu: "1" } } }] });
    expect(usage("pods", object)).toMatchObject({ "requests.cpu": "1250m" });
  });
});

const recorded = goldenCases("resource-quota");
describe.skipIf(recorded === undefined)("ResourceQuota answers as upstream", () => {
  const writes = (recorded ?? []).filter(({ name }) => !name.startsWith("invalid-") && !name.startsWith("freed-"));
  it.each(writes.map((golden) => [golden.name, golden.steps] as const))("%s", async (_name, steps) => {
    const quotas: Draft[] = [];
    const plugin = setup(quotas);
    const stored = new Map<string, Draft>();
    for (const step of steps) {
      const match = /^\/api(?:s\/([^/]+))?\/v1\/namespaces\/\{ns\}\/([a-z]+)/.exec(step.path ?? "");
      if (step.method === undefined || match === null) continue;
      const target = match[1] === undefined ? `${match[2]}` : `${match[2]}.${match[1]}`;
      if (target === "resourcequotas") quotas.push(quota("q", step.body.spec.hard, {}, step.body.spec));
      else if (step.method !== "DELETE") await replay(plugin, step, target, stored);
    }
  });
});

async function replay(
  plugin: ReturnType<typeof setup>,
  step: GoldenStep,
  target: string,
  stored: Map<string, Draft>,
): Promise<void> {
  const old = step.method === "PATCH" ? stored.get(target) : undefined;
  const object = {
    ...old,
    ...step.body,
    spec: { ...old?.spec, ...step.body.spec },
    metadata: { ...old?.metadata, ...step.body.metadata, namespace: "ns" },
  };
  const asked = request(target, { object, ...(old === undefined ? {} : { operation: "UPDATE", oldObject: old }) });
  const outcome = await runValidation([plugin], asked).then(
    () => "",
    (error: Error) => error.message,
  );
  expect(outcome).toBe(step.expect.body?.message ?? step.expect.message ?? "");
  if (outcome === "") stored.set(target, object);
}
