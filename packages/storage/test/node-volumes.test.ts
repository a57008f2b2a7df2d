import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pod } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ObjectSource } from "../src/index.ts";
import { createAtomicWriter, createNodeVolumeHost } from "../src/node/index.ts";
import { mountPointsBelow } from "../src/node/mounts.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "volumes-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const file = (path: string, text: string, mode = 0o644) => ({ path, content: new TextEncoder().encode(text), mode });

describe("the atomic writer", () => {
  test("swaps all files at once and drops what is gone", async () => {
    const writer = createAtomicWriter(root);
    await writer.write([file("a", "1"), file("d/e", "2", 0o400)], {}, "v1");
    expect(await readFile(join(root, "d/e"), "utf8")).toBe("2");
    expect((await stat(join(root, "d/e"))).mode & 0o777).toBe(0o400);
    expect(await readlink(join(root, "a"))).toBe("..data/a");
    await writer.write([file("a", "3")], {}, "v2");
    expect((await readdir(root)).sort()).toEqual(["..data", "..v2", "a"]);
    expect(await readFile(join(root, "a"), "utf8")).toBe("3");
    await writer.write([file("a", "3")], {}, "v3");
    expect(await readlink(join(root, "..data"))).toBe("..v2");
  });

  test.each(["/a", "../a", "a/../../b", "..x", ""])("refuses the path %j", async (path) => {
    await expect(createAtomicWriter(root).write([file(path, "")], {}, "v")).rejects.toThrow(TypeError);
  });
});

test("mount points are found deepest first", () => {
  const table = [
    "1 0 0:1 / / rw - ext4 x rw",
    "2 1 0:2 / /a rw - tmpfs x rw",
    "3 2 0:3 / /a/b\\040c rw - tmpfs x rw",
    "4 1 0:4 / /ab rw - tmpfs x rw",
  ];
  expect(mountPointsBelow(table.join("\n"), "/a")).toEqual(["/a/b c", "/a"]);
});

describe("the node volume host", () => {
  const mounted: string[] = [];
  const objects = {
    configMap: async (_: string, name: string) =>
      name === "cm" ? { metadata: { name }, data: { "a.txt": "A", b: "B" } } : undefined,
    secret: async () => undefined,
    persistentVolumeClaim: async (_: string, name: string) =>
      name === "claim" ? { spec: { volumeName: "pv" }, status: { phase: "Bound" } } : undefined,
    persistentVolume: async () => ({ spec: { local: { path: root } } }),
    serviceAccountToken: async () => "token",
  } as unknown as ObjectSource;
  const mounter = {
    tmpfs: async (path: string) => void mounted.push(path),
    bind: async (source: string, target: string) => {
      const link = await readlink(source);
      await rm(target, { recursive: true, force: true });
      await symlink(link, target);
    },
    unmount: async () => undefined,
    below: async () => [],
  };
  const host = () =>
    createNodeVolumeHost(
      { objects, node: { allocatable: { cpu: "4", memory: "8Gi" } }, now: () => 0, mounter },
      { rootDirectory: root },
    );
  const pod = (volumes: NonNullable<Pod["spec"]>["volumes"] & object): Pod => ({
    metadata: { name: "p", namespace: "default", uid: "u1", labels: { app: "web" } },
    spec: { containers: [{ name: "c", resources: { limits: { memory: "64Mi" } } }], volumes, serviceAccountName: "sa" },
  });
  const signal = new AbortController().signal;

  test("renders API volumes and finds folders", async () => {
    const volumes = await host().setUp(
      pod([
        { name: "config", configMap: { name: "cm", items: [{ key: "b", path: "x/b", mode: 0o600 }] } },
        {
          name: "all",
          projected: {
            sources: [
              { configMap: { name: "cm" } },
              { serviceAccountToken: { path: "token" } },
              {
                downwardAPI: {
                  items: [
                    { path: "labels", fieldRef: { fieldPath: "metadata.labels" } },
                    {
                      path: "mem",
                      resourceFieldRef: { containerName: "c", resource: "limits.memory", divisor: "1Mi" },
                    },
                    { path: "cpu", resourceFieldRef: { containerName: "c", resource: "limits.cpu" } },
                  ],
                },
              },
            ],
          },
        },
        { name: "scratch", emptyDir: {} },
        { name: "data", persistentVolumeClaim: { claimName: "claim" } },
      ]),
      signal,
    );
    const read = async (name: string, path: string) =>
      readFile(join(await volumes.hostPath(name, "", false), path), "utf8");
    expect(await read("config", "x/b")).toBe("B");
    expect(await Promise.all(["a.txt", "token", "labels", "mem", "cpu"].map((path) => read("all", path)))).toEqual([
      "A",
      "token",
      'app="web"',
      "64",
      "4",
    ]);
    expect((await stat(await volumes.hostPath("scratch", "", false))).mode & 0o777).toBe(0o777);
    expect(await volumes.hostPath("data", "", false)).toBe(root);
    expect(await host().list()).toEqual(["u1"]);
    await host().tearDown("u1");
    expect(await host().list()).toEqual([]);
  });

  test.each([
    [
      { name: "v", configMap: { name: "none" } },
      'MountVolume.SetUp failed for volume "v" : configmap "none" not found',
    ],
    [
      { name: "v", configMap: { name: "cm", items: [{ key: "z", path: "z" }] } },
      "references non-existent config key: z",
    ],
    [
      { name: "v", hostPath: { path: "/none", type: "Directory" } },
      "hostPath type check failed: /none is not a directory",
    ],
    [{ name: "v", persistentVolumeClaim: { claimName: "x" } }, 'persistentvolumeclaim "x" not found'],
    [{ name: "v", nfs: { path: "/", server: "s" } }, "no volume plugin matched"],
  ])("explains what is wrong with %j", async (volume, text) => {
    await expect(host().setUp(pod([volume]), signal)).rejects.toThrow(text);
  });

  test("keeps sub-paths inside their volume", async () => {
    const data = join(root, "data");
    await mkdir(data);
    await writeFile(join(root, "secret"), "s");
    await symlink(root, join(data, "out"));
    await symlink("inner", join(data, "in"));
    await mkdir(join(data, "inner"));
    const volumes = await host().setUp(pod([{ name: "v", hostPath: { path: data } }]), signal);
    const made = await volumes.hostPath("v", "new/deep", false);
    expect((await lstat(join(data, "new/deep"))).isDirectory()).toBe(true);
    expect(await readlink(made)).toBe(join(data, "new/deep"));
    expect(await readlink(await volumes.hostPath("v", "in", false))).toBe(join(data, "inner"));
    for (const path of ["out", "out/secret", "../secret", "/etc"])
      await expect(volumes.hostPath("v", path, false)).rejects.toThrow(/leads out of the volume|relative path/);
  });
});
