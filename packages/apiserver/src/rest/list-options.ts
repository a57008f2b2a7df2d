import type { FieldError } from "@pinnace/apimachinery";
import { forbiddenField, invalid, notSupported, StatusError } from "@pinnace/apimachinery";
import { isTrue } from "../request-info.ts";
import { integerParameter } from "./options.ts";

/** Query parameters of list and watch. */
export interface ListOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly limit: number;
  readonly continueToken: string;
  /** As sent; "" for none. */
  readonly resourceVersion: string;
  readonly match: string;
  readonly timeoutSeconds: number | undefined;
  readonly bookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

export function listOptions(query: URLSearchParams, watch: boolean): ListOptions {
  const initial = query.get("sendInitialEvents");
  const options: ListOptions = {
    labelSelector: query.get("labelSelector") ?? "",
    fieldSelector: query.get("fieldSelector") ?? "",
    limit: integerParameter(query, "limit") ?? 0,
    continueToken: query.get("continue") ?? "",
    resourceVersion: query.get("resourceVersion") ?? "",
    match: query.get("resourceVersionMatch") ?? "",
    timeoutSeconds: integerParameter(query, "timeoutSeconds"),
    bookmarks: isTrue(query.get("allowWatchBookmarks")),
    sendInitialEvents: initial === null ? undefined : isTrue(initial),
  };
  const errors = watch ? watchErrors(options) : listErrors(options);
  if (errors.length > 0) throw invalid("meta.k8s.io", "ListOptions", "", errors);
  return options;
}

const MATCH = "resourceVersionMatch";

function listErrors(options: ListOptions): FieldError[] {
  const { match, resourceVersion, continueToken } = options;
  const errors: FieldError[] = [];
  if (match !== "") {
    if (resourceVersion === "")
      errors.push(forbiddenField(MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    if (continueToken !== "")
      errors.push(forbiddenField(MATCH, "resourceVersionMatch is forbidden when continue is provided"));
    if (match !== "Exact" && match !== "NotOlderThan")
      errors.push(notSupported(MATCH, match, ["Exact", "NotOlderThan", ""]));
    if (match === "Exact" && resourceVersion === "0")
      errors.push(forbiddenField(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (options.sendInitialEvents !== undefined)
    errors.push(forbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  return errors;
}

function watchErrors({ match, sendInitialEvents }: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  if (sendInitialEvents === undefined) {
    if (match !== "")
      errors.push(
        forbiddenField(MATCH, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
      );
    return errors;
  }
  if (match !== "NotOlderThan")
    errors.push(forbiddenField(MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  if (match !== "" && match !== "NotOlderThan") errors.push(notSupported(MATCH, match, ["NotOlderThan"]));
  return errors;
}

/** The revision that a `resourceVersion` names; undefined for none. A malformed one is 400 on list, 500 elsewhere. */
export function parseResourceVersion(text: string, list: boolean): number | undefined {
  if (text === "") return undefined;
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  const message = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
  if (list) throw new StatusError(400, "BadRequest", `Invalid value: ${JSON.stringify(text)}: ${message}`);
  throw new StatusError(500, "", `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${message}`);
}
