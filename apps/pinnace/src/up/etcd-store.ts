import { readFile } from "node:fs/promises";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import type { Store } from "@pinnace/store";
import { AppError } from "../app-error.ts";
import type { UpOptions } from "./options.ts";

/** The store of `--etcd-servers`. Rejects with `ETCD_FILES`, and as `openEtcdStore` does. */
export async function openEtcd(
  servers: readonly string[],
  options: UpOptions,
  components: { readonly clock: Clock; readonly logger: Logger },
): Promise<Store> {
  const { openEtcdStore } = await import("@pinnace/store-etcd");
  const [ca, certificate, key] = await Promise.all([
    read("--etcd-cafile", options.etcdCafile),
    read("--etcd-certfile", options.etcdCertfile),
    read("--etcd-keyfile", options.etcdKeyfile),
  ]);
  return openEtcdStore({
    ...components,
    endpoints: servers,
    prefix: options.etcdPrefix,
    compactionInterval: options.etcdCompactionInterval,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(key === undefined ? {} : { key }),
    },
  });
}

async function read(flag: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("ETCD_FILES", `${flag} ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
