import { createPrivateKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ClusterPki, createClusterPki } from "@pinnace/pki";
import { apiAt, freePort } from "../api.ts";
import { type Child, start, until } from "../child.ts";
import { removeFolder, temporaryFolder } from "../resources.ts";
import type { Engine } from "../store/engine.ts";
import { etcdPuts } from "../store/etcd.ts";
import { type Etcd, launchEtcd } from "./etcd.ts";
import { type ApiTarget, TOKEN, TOKEN_LINE } from "./target.ts";

/** How upstream's programs are found: `peer` of the options. */
export type FindProgram = (program: string) => string | undefined;

/** Upstream's control plane, or a part of it. */
export interface Upstream extends ApiTarget {
  readonly etcd: Etcd;
  /** A kubeconfig with the administrator's certificate. */
  readonly kubeconfig: string;
  /** Milliseconds from the start of etcd and kube-apiserver until `/readyz` answered 200. */
  readonly ready: number;
  /** Starts one more program; stopped with the rest. */
  run(program: "kube-controller-manager" | "kube-scheduler" | "kwok", args?: readonly string[]): Promise<Child>;
}

interface UpstreamOptions {
  /** More arguments of kube-apiserver. */
  readonly args?: readonly string[];
  /** Puts things into etcd before kube-apiserver is started. */
  readonly seed?: (engine: Engine) => Promise<void>;
}

/** What {@link startUpstream} needs and this machine does not have, for a note; empty when all is there. */
export function missingPeers(find: FindProgram, programs: readonly string[] = ["etcd", "kube-apiserver"]): string[] {
  return programs.filter((program) => find(program) === undefined);
}

/** The line that says so. */
export function missingNote(missing: readonly string[]): string {
  return `no peer: ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} neither in --peers nor on PATH`;
}

/** Starts etcd and kube-apiserver with RBAC, TLS, client certificates and a token; resolves when it is ready. */
export async function startUpstream(find: FindProgram, options: UpstreamOptions = {}): Promise<Upstream> {
  const program = (name: string): string => {
    const path = find(name);
    if (path === undefined) throw new Error(missingNote([name]));
    return path;
  };
  const folder = temporaryFolder("upstream");
  const pki = await createClusterPki({ clock: { now: () => Date.now() }, directory: join(folder, "pki") });
  const port = await freePort();
  const begin = performance.now();
  const etcd = await launchEtcd(program("etcd"));
  if (options.seed !== undefined) await seed(etcd, options.seed);
  const server = start(program("kube-apiserver"), [
    ...serverArguments(folder, pki, etcd, port),
    ...(options.args ?? []),
  ]);
  const others: Child[] = [];
  const api = apiAt(port, TOKEN);
  await until(server, async () => ((await api.call("GET", "/readyz"))?.status === 200 ? true : undefined));
  const ready = performance.now() - begin;
  api.close();
  const kubeconfig = writeKubeconfig(folder, pki, port);
  const stop = async (): Promise<void> => {
    for (const child of [...others.reverse(), server]) await child.stop();
    await etcd.stop();
    removeFolder(folder);
  };
  return {
    ...{ name: "kube-apiserver and etcd", port, token: TOKEN, etcd, kubeconfig, ready, stop },
    ca: pki.authority.certificate,
    client: pki.admin,
    get pids() {
      return [etcd.pid, server.pid, ...others.map(({ pid }) => pid)];
    },
    run: async (name, extra = []) => {
      const child = start(program(name), [...(await argumentsOf(name, kubeconfig, folder)), ...extra]);
      others.push(child);
      return child;
    },
  };
}

async function seed(etcd: Etcd, fill: (engine: Engine) => Promise<void>): Promise<void> {
  await etcd.ready();
  const engine = etcdPuts(etcd.url);
  await fill(engine);
  await engine.close();
}

/** ECDSA keys as older parsers take them. */
function sec1(key: string): string {
  return createPrivateKey(key).export({ type: "sec1", format: "pem" }).toString();
}

function serverArguments(folder: string, pki: ClusterPki, { url }: Etcd, port: number): string[] {
  const tokens = join(folder, "tokens.csv");
  writeFileSync(tokens, TOKEN_LINE);
  const key = join(folder, "service-account.key");
  writeFileSync(key, sec1(pki.serviceAccountKey.privateKey));
  const file = (name: string): string => join(folder, "pki", name);
  return [
    `--etcd-servers=${url}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    `--tls-cert-file=${file("apiserver.crt")}`,
    `--tls-private-key-file=${file("apiserver.key")}`,
    `--client-ca-file=${file("ca.crt")}`,
    `--token-auth-file=${tokens}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    "--authorization-mode=Node,RBAC",
    "--allow-privileged=true",
  ];
}

async function argumentsOf(name: string, kubeconfig: string, folder: string): Promise<string[]> {
  if (name === "kwok") return [`--kubeconfig=${kubeconfig}`, "--manage-all-nodes=true"];
  const port = await freePort();
  const own = [`--kubeconfig=${kubeconfig}`, `--secure-port=${port}`, "--bind-address=127.0.0.1"];
  if (name === "kube-scheduler") return [...own, "--leader-elect=false"];
  return [
    ...own,
    "--leader-elect=false",
    "--use-service-account-credentials=false",
    `--root-ca-file=${join(folder, "pki/ca.crt")}`,
    `--service-account-private-key-file=${join(folder, "service-account.key")}`,
    `--cert-dir=${join(folder, "controller-manager")}`,
  ];
}

function writeKubeconfig(folder: string, { authority, admin }: ClusterPki, port: number): string {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const path = join(folder, "kubeconfig");
  const named = (name: string, value: object): object[] => [{ name: "bench", [name]: value }];
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: named("cluster", {
      server: `https://127.0.0.1:${port}`,
      "certificate-authority-data": base64(authority.certificate),
    }),
    users: named("user", {
      "client-certificate-data": base64(admin.certificate),
      "client-key-data": base64(admin.key),
    }),
    contexts: named("context", { cluster: "bench", user: "bench" }),
    "current-context": "bench",
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
