import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRealClock } from "@pinnace/clock";
import { createCertificateAuthority } from "@pinnace/pki";

/** Debian's etcd, or the program that the environment names. */
const PROGRAM = process.env.PINNACE_ETCD ?? "etcd";

/** Why there is no etcd; "" when there is one. */
export function etcdObstacle(): string {
  return spawnSync(PROGRAM, ["--version"]).status === 0 ? "" : `no ${PROGRAM} (apt-get install etcd-server)`;
}

/** An etcd of one member that takes only clients with a certificate. */
export interface Etcd {
  /** What `pinnace up` needs to use it. */
  readonly flags: readonly string[];
  stop(): Promise<void>;
}

export async function startEtcd(): Promise<Etcd> {
  const directory = mkdtempSync(join(tmpdir(), "pinnace-e2e-etcd-"));
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  const authority = await createCertificateAuthority({ clock: createRealClock(), commonName: "etcd-ca" });
  const server = await authority.issue({ commonName: "etcd", subjectAltNames: ["127.0.0.1"], usages: ["server"] });
  const client = await authority.issue({ commonName: "pinnace", usages: ["client"] });
  const ca = file("ca.crt", authority.certificate);
  const [url, peer] = [`https://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const flags = {
    "data-dir": join(directory, "data"),
    "listen-client-urls": url,
    "advertise-client-urls": url,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `default=${peer}`,
    "cert-file": file("server.crt", server.certificate),
    "key-file": file("server.key", server.key),
    "trusted-ca-file": ca,
    "client-cert-auth": "true",
    "log-level": "error",
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const child: ChildProcess = spawn(PROGRAM, args, { stdio: "ignore" });
  const ended = once(child, "exit");
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  return {
    flags: [
      ...["--etcd-servers", url, "--etcd-cafile", ca],
      ...["--etcd-certfile", file("client.crt", client.certificate)],
      ...["--etcd-keyfile", file("client.key", client.key)],
    ],
    stop: async () => {
      process.off("exit", kill);
      kill();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  await once(server.close(), "close");
  return port;
}
