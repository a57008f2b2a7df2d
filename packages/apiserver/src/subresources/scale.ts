import {
  type ApiResponse,
  badRequest,
  type Column,
  type Draft,
  humanDuration,
  internalError,
  invalid,
  invalidValue,
  type KubernetesObject,
  type LabelSelector,
  labelMatcher,
  type StoredSubresource,
  thaw,
} from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";
import { objectResponse, resourceResponse } from "../media/responses.ts";
import { type TableKind, tableOf } from "../media/table.ts";
import type { ResourceRequest } from "../request-context.ts";
import { decodeKind } from "../rest/decode.ts";
import { checkObjectName } from "../rest/object-name.ts";
import { writeOptions } from "../rest/options.ts";
import { patchBody, patched, patchTypeOf } from "../rest/patch.ts";
import { readObject, responseContext } from "../rest/read.ts";
import type { RestContext } from "../rest/rest-context.ts";
import { changeObject } from "../rest/update.ts";

const SCALE = { group: "autoscaling", version: "v1", kind: "Scale" } as const;
const column = (name: string, type: Column["type"], description: string): Column => ({
  ...{ name, type, description },
  format: "",
  priority: 0,
});

const SCALE_TABLE: TableKind = {
  columns: [
    column("Name", "string", "Name must be unique within a namespace."),
    column("Desired", "integer", "The desired number of replicas."),
    column("Available", "integer", "The observed number of replicas."),
    column("Age", "string", "The time since the object was created."),
  ],
  cells: (scale: Draft, { now }) => [
    scale.metadata.name,
    scale.spec.replicas ?? 0,
    scale.status.replicas,
    humanDuration(now - Date.parse(scale.metadata.creationTimestamp)),
  ],
};

type Paths = NonNullable<StoredSubresource["scale"]>;

/** GET, PUT and PATCH of `scale`: a view of the replicas of an object. */
export async function scale(rest: RestContext, request: ResourceRequest, paths: Paths): Promise<ApiResponse> {
  const { definition, info } = request;
  if (info.verb === "get") {
    const object = await readObject(rest, definition, info.namespace, info.name);
    return respond(rest, request, scaleOf(object, paths, isCustom(definition)));
  }
  const patching = info.verb === "patch";
  const options = writeOptions(request, patching ? "PatchOptions" : "UpdateOptions");
  const next = patching ? patchedScale(request, paths) : putScale(await decodeKind(request, SCALE), request);
  const { object } = await changeObject(rest, request, options, {
    next: (old) => {
      const wanted = next(old);
      const errors = replicaErrors(wanted, isCustom(definition));
      const { group, kind } = isCustom(definition) ? definition : SCALE;
      if (errors.length > 0) throw invalid(group, kind, info.name, errors);
      const draft: Draft = thaw(old);
      setPath(draft, paths.specReplicasPath, wanted.spec?.replicas ?? 0);
      const { resourceVersion, uid } = wanted.metadata ?? {};
      draft.metadata.resourceVersion = resourceVersion || draft.metadata.resourceVersion;
      if (uid) draft.metadata.uid = uid;
      return draft;
    },
    view: {
      show: (object) => scaleOf(object, paths, false),
      apply: (draft, shown) => setPath(draft, paths.specReplicasPath, shown.spec?.replicas ?? 0),
    },
    conditional: !patching,
    attempts: 5,
  });
  return respond(rest, request, scaleOf(object, paths, isCustom(definition)));
}

function respond(rest: RestContext, request: ResourceRequest, object: KubernetesObject): ApiResponse {
  const context = responseContext(rest, request);
  const { output } = context;
  if (output.as === undefined) return objectResponse(200, object, output);
  if (output.as === "Table") {
    const metadata = { resourceVersion: object.metadata?.resourceVersion ?? "" };
    return objectResponse(
      200,
      tableOf(SCALE_TABLE, [object], metadata, { ...context, metaVersion: output.metaVersion }),
      output,
    );
  }
  return resourceResponse(200, request.definition, object, context);
}

function putScale(body: Draft, request: ResourceRequest): (old: KubernetesObject) => Draft {
  checkObjectName(body.metadata, request);
  return () => body;
}

function patchedScale(request: ResourceRequest, paths: Paths): (old: KubernetesObject) => Draft {
  const type = patchTypeOf(request);
  const decoded = patchBody(request, type);
  const merges = type === "application/apply-patch+yaml" || type === "application/strategic-merge-patch+json";
  const effective = merges ? "application/merge-patch+json" : type;
  return (old) => patched(scaleOf(old, paths, isCustom(request.definition)), decoded, effective, request.definition);
}

function replicaErrors({ spec }: Draft, custom: boolean): ReturnType<typeof invalidValue>[] {
  const replicas = spec?.replicas ?? 0;
  if (typeof replicas !== "number")
    throw badRequest(
      `Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32`,
    );
  if (replicas >= 0) return [];
  return custom
    ? [invalidValue(".spec.replicas", replicas, "should be a non-negative integer")]
    : [invalidValue("spec.replicas", replicas, "must be greater than or equal to 0")];
}

/** The Scale that an object shows. */
function scaleOf(object: KubernetesObject, paths: Paths, custom: boolean): KubernetesObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata ?? {};
  const replicas = getPath(object, paths.specReplicasPath);
  if (replicas === undefined && custom)
    throw internalError(`the spec replicas field ${JSON.stringify(`.${paths.specReplicasPath}`)} does not exist`);
  const selector = selectorText(paths.selectorPath === undefined ? undefined : getPath(object, paths.selectorPath));
  return {
    kind: SCALE.kind,
    apiVersion: "autoscaling/v1",
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: replicas ? { replicas } : {},
    status: { replicas: getPath(object, paths.statusReplicasPath) ?? 0, ...(selector === "" ? {} : { selector }) },
  } as KubernetesObject;
}

function selectorText(selector: unknown): string {
  if (typeof selector === "string") return selector;
  if (typeof selector !== "object" || selector === null) return "";
  const structured = "matchLabels" in selector || "matchExpressions" in selector;
  const matcher = labelMatcher(
    structured ? (selector as LabelSelector) : { matchLabels: selector as Record<string, string> },
  );
  return matcher.toString();
}

function getPath(object: Draft, path: string): Draft {
  return path.split(".").reduce((value: Draft, name) => value?.[name], object);
}

function setPath(draft: Draft, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop()!;
  let target = draft;
  for (const name of names) {
    target[name] ??= {};
    target = target[name];
  }
  target[last] = value;
}
