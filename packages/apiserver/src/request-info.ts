/** What a URL path and method ask for (apiserver/pkg/endpoints/request RequestInfo). */
export interface RequestInfo {
  /** False for paths such as `/healthz`, `/apis`, `/apis/apps/v1`. */
  readonly resourceRequest: boolean;
  /** The decoded path. */
  readonly path: string;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; the HTTP verb in lower case for other paths. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** "" for cluster-scoped requests and for all namespaces. */
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** What follows the subresource, for proxies: `metrics/cadvisor`. */
  readonly rest: string;
  /** True when the name comes from a field selector, not from the path. */
  readonly nameFromSelector: boolean;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

const NAMESPACE_SUBRESOURCES = new Set(["status", "finalize"]);

/** Undefined when the percent-encoding is malformed. */
export function parseRequest(method: string, rawPath: string, query: URLSearchParams): RequestInfo | undefined {
  const path = decodePath(rawPath);
  if (path === undefined) return undefined;
  const parts = trimSlashes(path).split("/");
  const core = parts[0] === "api";
  if (parts.length < (core ? 3 : 4) || (!core && parts[0] !== "apis")) return nonResource(method, path);
  const group = core ? "" : parts[1]!;
  const version = core ? parts[1]! : parts[2]!;
  return resourceRequest(method, path, query, { group, version, parts: parts.slice(core ? 2 : 3) });
}

function decodePath(raw: string): string | undefined {
  if (!raw.includes("%")) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

function trimSlashes(path: string): string {
  return path.slice(1).replace(/\/$/, "");
}

function nonResource(method: string, path: string): RequestInfo {
  return {
    resourceRequest: false,
    path,
    verb: method.toLowerCase(),
    group: "",
    version: "",
    namespace: "",
    resource: "",
    subresource: "",
    name: "",
    rest: "",
    nameFromSelector: false,
  };
}

function resourceRequest(
  method: string,
  path: string,
  query: URLSearchParams,
  route: { group: string; version: string; parts: string[] },
): RequestInfo {
  let { parts } = route;
  let verb = VERBS[method] ?? "";
  const watchPath = parts[0] === "watch" && parts.length > 1;
  if (watchPath) {
    parts = parts.slice(1);
    verb = "watch";
  }
  let namespace = "";
  if (parts[0] === "namespaces" && parts.length > 1) {
    namespace = parts[1]!;
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2]!)) parts = parts.slice(2);
  }
  const [resource = "", pathName = "", subresource = ""] = parts;
  const rest = parts.slice(3).join("/");
  let name = pathName;
  if (name === "" && verb === "get") verb = isTrue(query.get("watch")) ? "watch" : "list";
  if (name === "" && verb === "delete") verb = "deletecollection";
  const collection = verb === "list" || verb === "watch" || verb === "deletecollection";
  if (collection && name === "") name = nameOfSelector(query.get("fieldSelector"));
  return {
    resourceRequest: true,
    path,
    verb,
    group: route.group,
    version: route.version,
    namespace,
    resource,
    subresource,
    name,
    rest,
    nameFromSelector: name !== "" && pathName === "",
  };
}

/** `metadata.name=x` alone names one object, so that a grant on that name allows the list. */
function nameOfSelector(selector: string | null): string {
  for (const term of (selector ?? "").split(",")) {
    const match = /^metadata\.name==?(.+)$/.exec(term);
    if (match) return match[1]!;
  }
  return "";
}

/** How query parameters of type bool are read: present and neither `false` nor `0`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== "false" && value !== "0";
}
