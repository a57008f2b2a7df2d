import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiAt, freePort } from "../api.ts";
import { start, until } from "../child.ts";

/** Milliseconds from the start of etcd and kube-apiserver until `/readyz` answers 200: what envtest starts. */
export async function startUpstream(etcd: string, apiServer: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "upstream-"));
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const key = join(folder, "sa.key");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(key, privateKey.export({ type: "sec1", format: "pem" }));
  const begin = performance.now();
  const store = start(etcd, [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    "--log-level=error",
  ]);
  const server = start(apiServer, [
    `--etcd-servers=http://127.0.0.1:${client}`,
    `--cert-dir=${join(folder, "certificates")}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    "--authorization-mode=RBAC",
  ]);
  const api = apiAt(port);
  try {
    await until(server, async () => ((await api.call("GET", "/readyz"))?.status === 200 ? true : undefined));
    return performance.now() - begin;
  } finally {
    api.close();
    await server.stop();
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
