import { describe, expect, it } from "vitest";
import { createLimitRanger } from "../src/index.ts";
import { admit, cluster, meta, pod, request } from "./cluster.ts";

const limitRange = (...limits: object[]) => ({ ...meta("l", "ns"), spec: { limits } });
const rangerOf = (...limits: object[]) =>
  createLimitRanger(cluster({ limitranges: [limitRange(...limits)] }).components);
const container = (resources: object, name = "c") => ({ name, resources });
const make = (limit: object, ...containers: object[]) =>
  admit(rangerOf(limit), request("pods", { object: pod({ containers }) }));

describe("LimitRanger", () => {
  it("sets defaults and notes them", async () => {
    const limit = {
      type: "Container",
      default: { cpu: "500m", memory: "64Mi" },
      defaultRequest: { cpu: "100m", memory: "64Mi" },
    };
    const made = await make(
      limit,
      container({}),
      container({ limits: { cpu: "200m" }, requests: { cpu: "200m" } }, "d"),
    );
    expect(made.spec.containers.map(({ resources }: { resources: object }) => resources)).toEqual([
      { limits: { cpu: "500m", memory: "64Mi" }, requests: { cpu: "100m", memory: "64Mi" } },
      { limits: { cpu: "200m", memory: "64Mi" }, requests: { cpu: "200m", memory: "64Mi" } },
    ]);
    expect(made.metadata.annotations).toEqual({
      "kubernetes.io/limit-ranger":
        "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c; memory request for container d; memory limit for container d",
    });
  });

  it("notes nothing when nothing is missing", async () => {
    const limit = { type: "Container", default: { cpu: "1" } };
    expect((await make(limit, container({ limits: { cpu: "1" } }))).metadata.annotations).toBeUndefined();
  });

  const c = (requests: object, limits: object = {}) => [container({ requests, limits })];
  it.each([
    [
      { type: "Container", min: { cpu: "200m" } },
      c({ cpu: "100m" }),
      "minimum cpu usage per Container is 200m, but request is 100m",
    ],
    [
      { type: "Container", min: { cpu: "200m" } },
      c({}),
      "minimum cpu usage per Container is 200m.  No request is specified",
    ],
    [
      { type: "Container", min: { memory: "100Mi" }, max: { cpu: "1" } },
      c({ cpu: "100m", memory: "10Mi" }, { cpu: "2", memory: "10Mi" }),
      "[minimum memory usage per Container is 100Mi, but request is 10Mi, maximum cpu usage per Container is 1, but limit is 2]",
    ],
    [
      { type: "Container", max: { cpu: "1" } },
      c({ cpu: "1" }),
      "maximum cpu usage per Container is 1.  No limit is specified",
    ],
    [
      { type: "Container", maxLimitRequestRatio: { cpu: "2" } },
      c({ cpu: "100m" }, { cpu: "300m" }),
      "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
    ],
    [
      { type: "Container", maxLimitRequestRatio: { cpu: "2" } },
      c({}),
      "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0",
    ],
    [
      { type: "Pod", max: { cpu: "1" } },
      [container({ limits: { cpu: "600m" } }), container({ limits: { cpu: "600m" } }, "d")],
      "maximum cpu usage per Pod is 1, but limit is 1200m",
    ],
    [
      { type: "Pod", min: { memory: "1Gi" }, maxLimitRequestRatio: { memory: "2" } },
      c({ memory: "100Mi" }, { memory: "1Gi" }),
      "[minimum memory usage per Pod is 1Gi, but request is 100Mi, memory max limit to request ratio per Pod is 2, but provided ratio is 10.240000]",
    ],
  ])("refuses by %o", async (limit, containers, why) => {
    await expect(make(limit, ...containers)).rejects.toThrow(`pods "p" is forbidden: ${why}`);
  });

  it("counts init containers and sidecars", async () => {
    const initContainers = [
      { name: "side", restartPolicy: "Always", resources: { limits: { cpu: "500m" } } },
      { name: "init", resources: { limits: { cpu: "600m" } } },
    ];
    const object = pod({ initContainers, containers: [container({ limits: { cpu: "300m" } })] });
    const plugin = rangerOf({ type: "Pod", max: { cpu: "1" } });
    await expect(admit(plugin, request("pods", { object }))).rejects.toThrow("limit is 1100m");
  });

  it("bounds claims, and leaves existing pods alone", async () => {
    const plugin = rangerOf(
      { type: "PersistentVolumeClaim", min: { storage: "1Gi" }, max: { storage: "5Gi" } },
      { type: "Container", max: { cpu: "1m" } },
    );
    const claim = (storage: string) =>
      admit(
        plugin,
        request("persistentvolumeclaims", {
          object: { ...meta("a", "ns"), spec: { resources: { requests: { storage } } } },
        }),
      );
    await claim("2Gi");
    await expect(claim("500Mi")).rejects.toThrow(
      "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi",
    );
    await expect(claim("6Gi")).rejects.toThrow(
      "maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi",
    );
    await admit(plugin, request("pods", { operation: "UPDATE", object: pod(), oldObject: pod() }));
  });
});
