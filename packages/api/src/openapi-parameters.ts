/** A query or path parameter of REST operations. */
export interface ApiParameter {
  readonly name: string;
  readonly in: "query" | "path";
  readonly type: "string" | "boolean" | "integer";
  readonly description: string;
}

function query(name: string, type: ApiParameter["type"], description: string): ApiParameter {
  return { name, in: "query", type, description };
}

const logOptions: readonly ApiParameter[] = [
  query("container", "string", "The container whose logs to stream. Defaults to the only container of the pod."),
  query("follow", "boolean", "Follow the log stream of the pod. Defaults to false."),
  query(
    "insecureSkipTLSVerifyBackend",
    "boolean",
    "Do not verify the serving certificate of the node that the logs come from.",
  ),
  query("limitBytes", "integer", "The number of bytes to read before the log output ends."),
  query("previous", "boolean", "Return the logs of the container's previous instance. Defaults to false."),
  query("sinceSeconds", "integer", "Only logs newer than this many seconds."),
  query("stream", "string", "Which stream to return: All, Stdout or Stderr. Defaults to All."),
  query("tailLines", "integer", "The number of lines from the end of the logs to show."),
  query("timestamps", "boolean", "Start every line with its RFC 3339 time. Defaults to false."),
];

const parameters: readonly ApiParameter[] = [
  query("allowWatchBookmarks", "boolean", "Ask for watch events of type BOOKMARK. Ignored when this is not a watch."),
  query("command", "string", "The command to execute, one parameter per argument. Not executed within a shell."),
  query(
    "continue",
    "string",
    "The continue token of the last answer, to get the next page of the same query. A token that is too old is answered with 410 and a token to go on with.",
  ),
  query(
    "dryRun",
    "string",
    "When present, indicates that modifications should not be persisted. Valid values are: - All: all dry run stages will be processed",
  ),
  query(
    "fieldManager",
    "string",
    "The name of the actor that makes these changes: at most 128 printable characters. Required for apply patches.",
  ),
  query("fieldSelector", "string", "Restricts the objects by their fields. Defaults to everything."),
  query(
    "fieldValidation",
    "string",
    "What to do about unknown or duplicate fields. Valid values are: - Ignore: drop them silently - Warn: drop them and send a warning for each; the default - Strict: refuse the request",
  ),
  query("force", "boolean", "Take over fields that other appliers own. Only for apply patches."),
  query("gracePeriodSeconds", "integer", "The seconds before the object is deleted. Zero deletes at once."),
  query(
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "boolean",
    "Delete an object that cannot be read from storage, without finalizers or preconditions. Defaults to false.",
  ),
  query("labelSelector", "string", "Restricts the objects by their labels. Defaults to everything."),
  query("limit", "integer", "The most objects to answer; `continue` in the answer's metadata leads to the rest."),
  query("orphanDependents", "boolean", "Deprecated: use propagationPolicy. Whether to leave dependents alone."),
  query("path", "string", "The URL path to use in the request to the proxied target."),
  query("ports", "integer", "Ports to forward. Required when using WebSockets."),
  query("pretty", "string", "Whether to indent the output. Defaults to false unless a browser or curl asks."),
  query("propagationPolicy", "string", "What becomes of dependents: Orphan, Background or Foreground."),
  query("resourceVersion", "string", "Which versions may be served. Defaults to unset."),
  query("resourceVersionMatch", "string", "How resourceVersion is applied to lists: Exact or NotOlderThan."),
  query("sendInitialEvents", "boolean", "Begin a watch with synthetic events for the present state and a bookmark."),
  query("shardSelector", "string", "Restricts a list or watch to a shard of the objects."),
  query("stderr", "boolean", "Redirect the standard error stream. Defaults to true."),
  query("stdin", "boolean", "Redirect the standard input stream. Defaults to false."),
  query("stdout", "boolean", "Redirect the standard output stream. Defaults to true."),
  query("timeoutSeconds", "integer", "Ends the list or watch after this time, whatever happens."),
  query("tty", "boolean", "Allocate a terminal. Defaults to false."),
  query("watch", "boolean", "Stream changes as they happen instead of answering a list."),
  ...logOptions,
  { name: "name", in: "path", type: "string", description: "name of the object" },
  {
    name: "namespace",
    in: "path",
    type: "string",
    description: "object name and auth scope, such as for teams and projects",
  },
];

const byName: ReadonlyMap<string, ApiParameter> = new Map(parameters.map((parameter) => [parameter.name, parameter]));

/** The parameter of this name; the path of a proxied request is a path parameter when `place` says so. */
export function apiParameter(name: string, place: "query" | "path" = "query"): ApiParameter {
  if (name === "path" && place === "path")
    return { name, in: "path", type: "string", description: "path to the resource" };
  const parameter = byName.get(name);
  if (parameter === undefined) throw new TypeError(`no parameter ${name}`);
  return parameter;
}

const write = ["dryRun", "fieldManager", "fieldValidation"] as const;
const remove = [
  "dryRun",
  "gracePeriodSeconds",
  "ignoreStoreReadErrorWithClusterBreakingPotential",
  "orphanDependents",
  "propagationPolicy",
] as const;
const select = [
  "continue",
  "fieldSelector",
  "labelSelector",
  "limit",
  "resourceVersion",
  "resourceVersionMatch",
  "sendInitialEvents",
  "shardSelector",
  "timeoutSeconds",
] as const;
const watch = ["allowWatchBookmarks", ...select, "watch"] as const;

const queryByAction: Readonly<Record<string, readonly string[]>> = {
  list: watch,
  watch,
  watchlist: watch,
  get: [],
  post: write,
  put: write,
  patch: [...write, "force"],
  delete: remove,
  deletecollection: [...remove, ...select],
};

const queryBySubresource: Readonly<Record<string, readonly string[]>> = {
  attach: ["container", "stderr", "stdin", "stdout", "tty"],
  exec: ["command", "container", "stderr", "stdin", "stdout", "tty"],
  log: logOptions.map((option) => option.name),
  portforward: ["ports"],
  proxy: ["path"],
};

/** The names of the query parameters of an operation, without `pretty`. */
export function queryParameters(action: string, subresource: string): readonly string[] {
  return queryBySubresource[subresource] ?? queryByAction[action] ?? [];
}
