import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  connectionOf,
  kubeconfigPaths,
  loadKubeconfig,
  mergeContext,
  parseKubeconfig,
  removeContext,
  writeKubeconfig,
} from "../src/index.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
});
afterEach(() => rm(folder, { recursive: true }));

const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
const clock = { sleep: async () => undefined };
const entry = { name: "pinnace", server: "https://127.0.0.1:6443", ca: "CA", client: { certificate: "C", key: "K" } };

const KIND = `# mine
apiVersion: v1
kind: Config
clusters:
- name: kind # a comment
  cluster: {server: https://kind}
users:
- name: kind
  user:
    token: abc
contexts:
- name: kind
  context: {cluster: kind, user: kind, namespace: dev}
current-context: kind
`;

describe("kubeconfigPaths", () => {
  it("takes the list in KUBECONFIG, else the file at home", () => {
    expect(kubeconfigPaths({ KUBECONFIG: "/a:/b::/a" }, "/home/x")).toEqual(["/a", "/b"]);
    expect(kubeconfigPaths({}, "/home/x")).toEqual(["/home/x/.kube/config"]);
    expect(kubeconfigPaths({ KUBECONFIG: "" }, "/home/x")).toEqual(["/home/x/.kube/config"]);
  });
});

describe("loadKubeconfig", () => {
  it("merges files: the first to set a name wins, missing files are skipped", async () => {
    const a = await file("a", "clusters: [{name: x, cluster: {server: https://a}}]\n");
    const b = await file(
      "b",
      "clusters: [{name: x, cluster: {server: https://b}}, {name: y, cluster: {server: https://y}}]\ncurrent-context: c\n",
    );
    const config = await loadKubeconfig([join(folder, "missing"), a, b]);
    expect(config.clusters).toMatchObject({ x: { server: "https://a" }, y: { server: "https://y" } });
    expect(config.currentContext).toBe("c");
  });

  it("resolves paths against the file that they stand in", () => {
    const text = `
clusters: [{name: c, cluster: {certificate-authority: ca.crt}}]
users:
- name: u
  user: {client-certificate: u.crt, client-key: /abs/u.key, tokenFile: t, exec: {command: ./bin/login}}
- name: v
  user: {exec: {command: aws}}
`;
    expect(parseKubeconfig(text, "/etc/kube/config")).toMatchObject({
      clusters: { c: { "certificate-authority": "/etc/kube/ca.crt" } },
      users: {
        u: {
          "client-certificate": "/etc/kube/u.crt",
          "client-key": "/abs/u.key",
          tokenFile: "/etc/kube/t",
          exec: { command: "/etc/kube/bin/login" },
        },
        v: { exec: { command: "aws" } },
      },
    });
  });

  it.each([
    ["a: [", "KUBECONFIG_INVALID"],
    ["just text", "KUBECONFIG_INVALID"],
    ["clusters: {}", "KUBECONFIG_INVALID"],
    ["users: [{}]", "KUBECONFIG_INVALID"],
  ])("refuses %j", async (text, code) => {
    await expect(loadKubeconfig([await file("bad", text)])).rejects.toMatchObject({ code });
  });

  it("says when a file cannot be read", async () => {
    await expect(loadKubeconfig([folder])).rejects.toMatchObject({ code: "KUBECONFIG_READ_FAILED" });
  });
});

describe("connectionOf", () => {
  it("reads what a context stands for", async () => {
    const token = await file("token", "secret\n");
    const ca = await file("ca.crt", "PEM");
    const text = `
clusters: [{name: c, cluster: {server: https://x, certificate-authority: ${ca}, tls-server-name: y}}]
users: [{name: u, user: {tokenFile: ${token}, client-key-data: ${Buffer.from("KEY").toString("base64")}}}]
contexts: [{name: x, context: {cluster: c, user: u}}, {name: lost, context: {cluster: gone, user: u}}]
current-context: x
`;
    const config = parseKubeconfig(text, join(folder, "config"));
    expect(await connectionOf(config)).toMatchObject({
      server: "https://x",
      ca: "PEM",
      tlsServerName: "y",
      token: "secret",
      clientKey: "KEY",
      namespace: "default",
      insecureSkipTlsVerify: false,
    });
    await expect(connectionOf(config, "nope")).rejects.toMatchObject({ code: "KUBECONFIG_CONTEXT_NOT_FOUND" });
    await expect(connectionOf(config, "lost")).rejects.toThrow('names the cluster "gone", which does not exist');
  });
});

describe("writeKubeconfig", () => {
  it("writes a private file of its own", async () => {
    const path = join(folder, "deep", "config");
    await writeKubeconfig(path, entry);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await connectionOf(await loadKubeconfig([path]))).toMatchObject({
      server: entry.server,
      ca: "CA",
      clientCertificate: "C",
      clientKey: "K",
    });
    expect(await readdir(join(folder, "deep"))).toEqual(["config"]);
  });

  it("says when it cannot", async () => {
    await mkdir(join(folder, "config"));
    await expect(writeKubeconfig(join(folder, "config"), entry)).rejects.toMatchObject({
      code: "KUBECONFIG_WRITE_FAILED",
    });
    expect(await readdir(folder)).toEqual(["config"]);
  });
});

describe("mergeContext", () => {
  it("adds a context, switches to it, and gives everything back", async () => {
    const path = await file("config", KIND);
    expect(await mergeContext(entry, { clock, paths: [path] })).toBe(path);
    const merged = await loadKubeconfig([path]);
    expect(merged.currentContext).toBe("pinnace");
    expect(Object.keys(merged.clusters)).toEqual(["kind", "pinnace"]);
    await mergeContext({ ...entry, server: "https://other" }, { clock, paths: [path] });
    expect((await loadKubeconfig([path])).clusters.pinnace?.server).toBe("https://other");
    expect(await readFile(path, "utf8")).toContain("# a comment");
    await removeContext("pinnace", { clock, paths: [path] });
    expect(await loadKubeconfig([path])).toEqual(parseKubeconfig(KIND, path));
    expect(await readFile(path, "utf8")).toContain("# mine");
    expect(await readdir(folder)).toEqual(["config"]);
  });

  it("makes the file, and can leave the current context alone", async () => {
    const paths = [join(folder, ".kube", "config")];
    await mergeContext(entry, { clock, paths });
    expect((await stat(paths[0] as string)).mode & 0o777).toBe(0o600);
    const path = await file("other", KIND);
    await mergeContext(entry, { clock, paths: [path], switchContext: false });
    expect((await loadKubeconfig([path])).currentContext).toBe("kind");
    await removeContext("pinnace", { clock, paths: [path] });
    expect((await loadKubeconfig([path])).currentContext).toBe("kind");
  });

  it("keeps what other contexts use, and a context that somebody else has switched to", async () => {
    const path = await file("config", KIND);
    await mergeContext(entry, { clock, paths: [path] });
    const shared = `${(await readFile(path, "utf8")).replace("contexts:\n", "contexts:\n- {name: second, context: {cluster: pinnace, user: kind}}\n")}`;
    await writeFile(path, shared.replace("current-context: pinnace", "current-context: second"));
    await removeContext("pinnace", { clock, paths: [path] });
    const left = await loadKubeconfig([path]);
    expect(Object.keys(left.clusters)).toEqual(["kind", "pinnace"]);
    expect(Object.keys(left.users)).toEqual(["kind"]);
    expect(left.currentContext).toBe("second");
  });

  it("follows a symbolic link, and fills an empty configuration", async () => {
    const target = await file("target", "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: null\n");
    const link = join(folder, "link");
    await symlink(target, link);
    await mergeContext(entry, { clock, paths: [link] });
    expect((await loadKubeconfig([target])).currentContext).toBe("pinnace");
    await removeContext("pinnace", { clock, paths: [link] });
    expect((await loadKubeconfig([target])).currentContext).toBe("");
  });

  it("waits for the lock of another program, but not forever", async () => {
    const path = await file("config", KIND);
    const lock = await file("config.lock", "");
    let waits = 0;
    const patient = {
      sleep: async () => {
        if (++waits === 3) await rm(lock);
      },
    };
    await mergeContext(entry, { clock: patient, paths: [path] });
    expect(waits).toBe(3);
    await writeFile(lock, "");
    await expect(mergeContext(entry, { clock, paths: [path] })).rejects.toMatchObject({ code: "KUBECONFIG_LOCKED" });
  });
});
