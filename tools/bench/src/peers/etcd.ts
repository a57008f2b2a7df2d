import { join } from "node:path";
import { freePort } from "../api.ts";
import { start, until } from "../child.ts";
import { removeFolder, temporaryFolder } from "../resources.ts";

/** A running etcd of one member on the loopback interface, without TLS. */
export interface Etcd {
  /** `http://127.0.0.1:2379` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when it answers; rejects when it ended. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Launches etcd in an empty folder, below `directory` when that is given, or in `kept`, which stays; it flushes each
 * write as it does by default.
 */
export async function launchEtcd(program: string, directory?: string, kept?: string): Promise<Etcd> {
  const folder = kept ?? temporaryFolder("etcd", directory);
  const [port, peerPort] = [await freePort(), await freePort()];
  const [url, peerUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const child = start(program, [
    `--data-dir=${join(folder, "data")}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    "--quota-backend-bytes=8589934592",
    "--log-level=error",
  ]);
  return {
    url,
    port,
    pid: child.pid,
    ready: async () => {
      await until(child, () => healthy(url));
    },
    stop: async () => {
      await child.stop();
      if (kept === undefined) removeFolder(folder);
    },
  };
}

async function healthy(url: string): Promise<true | undefined> {
  try {
    return (await fetch(`${url}/health`)).ok ? true : undefined;
  } catch {
    return undefined;
  }
}
