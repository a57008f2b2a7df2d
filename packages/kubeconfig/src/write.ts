import { randomUUID } from "node:crypto";
import { mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "@pinnace/errors";
import { stringify, type ToStringOptions } from "yaml";
import { type ClusterEntry, entriesOf } from "./cluster-entry.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";

/** How kubectl lays YAML out: long lines, list items under their key. */
export const KUBECTL_STYLE: ToStringOptions = { lineWidth: 0, indentSeq: false };

/** The text of a kubeconfig with this one cluster, its context current. */
export function kubeconfigText(entry: ClusterEntry): string {
  const { cluster, user, context } = entriesOf(entry);
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [cluster],
      users: [user],
      contexts: [context],
      "current-context": context.name,
      preferences: {},
    },
    KUBECTL_STYLE,
  );
}

/** Writes a kubeconfig of its own for a cluster, with mode 0600. Throws `KUBECONFIG_WRITE_FAILED`. */
export async function writeKubeconfig(path: string, entry: ClusterEntry): Promise<void> {
  await replaceFile(path, kubeconfigText(entry));
}

/**
 * Replaces a file at once, with mode 0600; makes its folder. A symbolic link stays one: its target is replaced.
 * Throws `KUBECONFIG_WRITE_FAILED`.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  let temporary: string | undefined;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const target = await realpath(path).catch(() => path);
    temporary = `${target}.${randomUUID()}.tmp`;
    await using file = await open(temporary, "wx", 0o600);
    await file.writeFile(text);
    await file.datasync();
    await rename(temporary, target);
  } catch (cause) {
    if (temporary !== undefined) await rm(temporary, { force: true });
    throw new KubeconfigError("KUBECONFIG_WRITE_FAILED", `cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}
