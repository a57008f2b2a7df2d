import type { Draft } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { createPodSecurity } from "../src/index.ts";
import { cluster, request } from "./cluster.ts";
import { type GoldenStep, goldenCases } from "./golden.ts";

const labels = (level: string, more: object = {}) => ({ "pod-security.kubernetes.io/enforce": level, ...more });
const namespace = (own: object, name = "ns") => ({ metadata: { name, labels: own } });
const plugin = (own: object, pods: Draft[] = []) =>
  createPodSecurity(cluster({ namespaces: [namespace(own)], pods }).components);

async function check(own: object, spec: object, metadata: object = {}): Promise<string> {
  const object = {
    metadata: { name: "p", namespace: "ns", ...metadata },
    spec: { containers: [{ name: "c" }], ...spec },
  };
  try {
    await plugin(own).validate?.(request("pods", { object }));
    return "";
  } catch (error) {
    return (error as Error).message.replace(/^.*?violates PodSecurity /, "");
  }
}

const container = (securityContext: object, name = "c") => ({ name, securityContext });
const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

describe("PodSecurity at the baseline", () => {
  it.each([
    [{}, ""],
    [{ hostNetwork: true, hostIPC: true }, "host namespaces (hostNetwork=true, hostIPC=true)"],
    [{ volumes: [{ name: "v", hostPath: {} }] }, 'hostPath volumes (volume "v")'],
    [
      { containers: [container({ capabilities: { add: ["CHOWN", "SYS_ADMIN", "NET_RAW"] } })] },
      'non-default capabilities (container "c" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      { containers: [container({ procMount: "Unmasked" })] },
      'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
    ],
    [{ containers: [container({ procMount: "Unmasked" })], hostUsers: false }, ""],
    [
      {
        containers: [container({ windowsOptions: { hostProcess: true } })],
        securityContext: { windowsOptions: { hostProcess: true } },
      },
      'hostProcess (pod and container "c" must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      {
        containers: [
          container({ seLinuxOptions: { type: "spc_t" } }),
          container({ seLinuxOptions: { user: "u" } }, "d"),
        ],
      },
      'seLinuxOptions (containers "c", "d" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
    ],
  ])("%o", async (spec, violation) => {
    expect(await check(labels("baseline"), spec)).toBe(violation === "" ? "" : `"baseline:latest": ${violation}`);
  });

  it("reads AppArmor annotations", async () => {
    const annotations = { "container.apparmor.security.beta.kubernetes.io/c": "unconfined" };
    expect(await check(labels("baseline"), {}, { annotations })).toContain(
      "forbidden AppArmor profile (annotation must not set AppArmor profile type to",
    );
  });
});

describe("PodSecurity, restricted", () => {
  it.each([
    [{ containers: [container(hardened)] }, ""],
    [
      { containers: [container({ ...hardened, capabilities: { drop: ["ALL"], add: ["CHOWN"] } })] },
      'unrestricted capabilities (container "c" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    [
      {
        containers: [container(hardened)],
        volumes: [
          { name: "a", nfs: {} },
          { name: "b", hostPath: {} },
        ],
      },
      'restricted volume types (volumes "a", "b" use restricted volume types "hostPath", "nfs")',
    ],
    [
      { containers: [container(hardened)], securityContext: { runAsUser: 0, seccompProfile: { type: "Unconfined" } } },
      'runAsUser=0 (pod must not set runAsUser=0), seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [{ containers: [container({ runAsNonRoot: true })], os: { name: "windows" } }, ""],
  ])("%o", async (spec, violation) => {
    expect(await check(labels("restricted"), spec)).toBe(violation === "" ? "" : `"restricted:latest": ${violation}`);
  });
});

const recorded = goldenCases("pod-security");
describe.skipIf(recorded === undefined)("PodSecurity answers as upstream", () => {
  it.each((recorded ?? []).map((golden) => [golden.name, golden.steps] as const))("%s", async (_name, steps) => {
    let own: Record<string, string> = {};
    const pods: Draft[] = [];
    for (const step of steps) {
      const answer = await replay(step, own, pods);
      if (answer === undefined) continue;
      const expected = step.expect.body?.message ?? step.expect.message ?? "";
      expect(answer.message, JSON.stringify(step.body)).toBe(expected);
      const warnings = answer.warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(", ");
      if (step.expect.body !== undefined) expect(warnings).toBe(step.expect.warning ?? "");
      if (answer.message === "" && answer.labels !== undefined) own = answer.labels;
      if (answer.message === "" && answer.pod !== undefined) pods.push(answer.pod);
    }
  });
});

interface Answer {
  readonly message: string;
  readonly warnings: readonly string[];
  readonly labels?: Record<string, string>;
  readonly pod?: Draft;
}

/** Answers a write of a recorded case with the plugin alone; undefined for what it does not see. */
async function replay(
  step: GoldenStep,
  own: Record<string, string>,
  pods: readonly Draft[],
): Promise<Answer | undefined> {
  const path = (step.path ?? "").replace(/\?.*$/, "");
  const match = /namespaces(?:\/\{ns\}(?:\/(?<resource>[a-z]+)(?:\/p(?:\/(?<sub>[a-z]+))?)?)?)?$/.exec(path);
  if (step.method === undefined || match === null) return undefined;
  const { resource = "namespaces", sub } = match.groups ?? {};
  const group = /^\/apis\/([^/]+)/.exec(path)?.[1];
  const target = `${group === undefined ? resource : `${resource}.${group}`}${sub === undefined ? "" : `/${sub}`}`;
  const update = step.method === "PATCH";
  const oldObject = update && (resource === "namespaces" ? namespace(own, "{ns}") : pods.at(-1));
  const object = update ? merge(oldObject, step.body) : merge({ metadata: { namespace: "{ns}" } }, step.body);
  const asked = request(target, {
    operation: update ? "UPDATE" : "CREATE",
    object,
    namespace: "{ns}",
    ...(oldObject ? { oldObject } : {}),
  });
  const tested = createPodSecurity(
    cluster({ namespaces: [namespace(own, "{ns}")], pods: pods.map((pod) => merge(pod, {})) }).components,
  );
  const message = await outcome(async () => {
    if (tested.handles?.(asked)) await tested.validate?.(asked);
  });
  const labelled = resource === "namespaces" && update ? { labels: object.metadata.labels } : {};
  return { message, warnings: asked.warnings, ...labelled, ...(target === "pods" && !update ? { pod: object } : {}) };
}

async function outcome(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

function merge(old: Draft, patch: Draft): Draft {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const merged = { ...old };
  for (const [key, value] of Object.entries(patch)) merged[key] = merge(old?.[key], value);
  return merged;
}
