import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { type ClusterEntry, entriesOf } from "./cluster-entry.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";
import { readIfPresent } from "./load.ts";
import { withLock } from "./lock.ts";
import { kubeconfigPaths } from "./paths.ts";
import { KUBECTL_STYLE, replaceFile } from "./write.ts";

export interface MergeOptions {
  readonly clock: Pick<Clock, "sleep">;
  /** {@link kubeconfigPaths} by default. */
  readonly paths?: readonly string[];
}

/** Remembers in a context which one was current before it. */
const EXTENSION = "pinnace-previous-context";

type Section = "clusters" | "users" | "contexts";

/**
 * Puts a cluster, its user and its context into the user's kubeconfig, replacing those of the same names, and makes the
 * context current unless `switchContext` is false. Everything else in the file stays as it is, comments included. New
 * entries go into the first file of the list that exists, else into the first. Returns the path written.
 * Throws `KubeconfigError`.
 */
export async function mergeContext(
  entry: ClusterEntry,
  options: MergeOptions & { readonly switchContext?: boolean },
): Promise<string> {
  const path = await fileToWrite(options.paths ?? kubeconfigPaths());
  await change(path, options.clock, (document) => {
    const { cluster, user, context } = entriesOf(entry);
    const previous = currentContext(document);
    put(document, "clusters", cluster);
    put(document, "users", user);
    if (options.switchContext === false) {
      put(document, "contexts", context);
      return true;
    }
    const remembered = previous === context.name ? previousOf(document, context.name) : previous;
    const extensions = [{ name: EXTENSION, extension: { "current-context": remembered } }];
    put(document, "contexts", { ...context, context: { ...context.context, extensions } });
    document.set("current-context", context.name);
    return true;
  });
  return path;
}

/**
 * Takes a context out again, with its cluster and user unless other contexts use them. When it is the current one, the
 * one before it becomes current again, if it still exists. Files without the context are not touched.
 * Throws `KubeconfigError`.
 */
export async function removeContext(name: string, options: MergeOptions): Promise<void> {
  for (const path of options.paths ?? kubeconfigPaths()) {
    if ((await readIfPresent(path)) === undefined) continue;
    await change(path, options.clock, (document) => {
      const context = find(document, "contexts", name);
      if (context === undefined) return false;
      const previous = previousOf(document, name);
      const [cluster, user] = [context.getIn(["context", "cluster"]), context.getIn(["context", "user"])];
      drop(document, "contexts", name);
      if (!isUsed(document, "cluster", cluster)) drop(document, "clusters", cluster);
      if (!isUsed(document, "user", user)) drop(document, "users", user);
      if (currentContext(document) === name)
        document.set("current-context", find(document, "contexts", previous) === undefined ? "" : previous);
      return true;
    });
  }
}

async function fileToWrite(paths: readonly string[]): Promise<string> {
  for (const path of paths) if ((await readIfPresent(path)) !== undefined) return path;
  return paths[0] ?? (kubeconfigPaths()[0] as string);
}

/** Reads, changes and replaces a file under its lock; `edit` tells whether something is to be written. */
async function change(path: string, clock: Pick<Clock, "sleep">, edit: (document: Document) => boolean): Promise<void> {
  await withLock(path, clock, async () => {
    const document = parse((await readIfPresent(path)) ?? "", path);
    if (edit(document)) await replaceFile(path, document.toString(KUBECTL_STYLE));
  });
}

function parse(text: string, path: string): Document {
  const document: Document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined || (document.contents !== null && !isMap(document.contents)))
    throw new KubeconfigError(
      "KUBECONFIG_INVALID",
      `${path} is no kubeconfig: ${error === undefined ? "it is not a mapping" : messageOf(error)}`,
    );
  if (document.contents === null) document.contents = document.createNode({ apiVersion: "v1", kind: "Config" });
  return document;
}

function currentContext(document: Document): string {
  return String(document.get("current-context") ?? "");
}

function previousOf(document: Document, name: string): string {
  const extensions = find(document, "contexts", name)?.getIn(["context", "extensions"]);
  if (!isSeq(extensions)) return "";
  const own = extensions.items.find((item) => isMap(item) && item.get("name") === EXTENSION);
  return isMap(own) ? String(own.getIn(["extension", "current-context"]) ?? "") : "";
}

function find(document: Document, section: Section, name: unknown): YAMLMap | undefined {
  const list = document.get(section);
  const items = isSeq(list) ? list.items : [];
  return items.find((item): item is YAMLMap => isMap(item) && item.get("name") === name);
}

function put(
  document: Document,
  section: Section,
  entry: { readonly name: string; readonly [member: string]: unknown },
): void {
  const list = document.get(section);
  const node = document.createNode(entry);
  if (!isSeq(list)) {
    document.set(section, document.createNode([entry]));
    return;
  }
  // An empty list may be written as `[]`, which block entries do not fit into.
  if (list.items.length === 0) list.flow = false;
  const at = list.items.findIndex((item) => isMap(item) && item.get("name") === entry.name);
  if (at < 0) list.add(node);
  else list.set(at, node);
}

function drop(document: Document, section: Section, name: unknown): void {
  const list = document.get(section) as YAMLSeq | undefined;
  if (isSeq(list)) list.items = list.items.filter((item) => !(isMap(item) && item.get("name") === name));
}

function isUsed(document: Document, member: "cluster" | "user", name: unknown): boolean {
  const list = document.get("contexts");
  return isSeq(list) && list.items.some((item) => isMap(item) && item.getIn(["context", member]) === name);
}
