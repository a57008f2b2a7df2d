/**
 * Kubeconfig files, read and written as kubectl does: `KUBECONFIG` path lists, merging, relative paths, the lock file of
 * client-go, and edits that leave everything else in the file alone.
 *
 * ```ts
 * import { connectionOf, loadKubeconfig, mergeContext, removeContext } from "@pinnace/kubeconfig";
 *
 * const clock = { sleep: (delay: number) => new Promise<void>((resolve) => setTimeout(resolve, delay)) };
 * await mergeContext({ name: "pinnace", server: "https://127.0.0.1:6443", token: "t" }, { clock });
 * const { server } = await connectionOf(await loadKubeconfig());
 * process.stdout.write(`${server}\n`);
 * await removeContext("pinnace", { clock }); // the context that was current before is so again
 * ```
 *
 * Failures are `KubeconfigError`s, see `KubeconfigErrorCode`. Files are written with mode 0600, at once or not at all.
 *
 * @packageDocumentation
 */
export { type ClusterEntry, entriesOf } from "./cluster-entry.ts";
export { type ClusterConnection, connectionOf } from "./connection.ts";
export { KubeconfigError, type KubeconfigErrorCode } from "./kubeconfig-error.ts";
export { loadKubeconfig, mergeKubeconfigs } from "./load.ts";
export { type MergeOptions, mergeContext, removeContext } from "./merge-context.ts";
export { parseKubeconfig } from "./parse.ts";
export { kubeconfigPaths } from "./paths.ts";
export type { Kubeconfig, KubeconfigCluster, KubeconfigContext, KubeconfigUser, NamedExtension } from "./types.ts";
export { kubeconfigText, writeKubeconfig } from "./write.ts";
