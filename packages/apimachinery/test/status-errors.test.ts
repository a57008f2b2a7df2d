import { expect, it } from "vitest";
import {
  alreadyExists,
  badRequest,
  conflict,
  expired,
  fieldPath,
  forbidden,
  forbiddenField,
  generateNameConflict,
  hasReason,
  internalError,
  invalidValue,
  isPrintable,
  methodNotSupported,
  noSuchResource,
  notAcceptable,
  notFound,
  notSupported,
  quoteGo,
  required,
  type StatusError,
  serverTimeout,
  statusErrorOf,
  timeout,
  tooFew,
  tooLarge,
  tooLong,
  tooMany,
  tooManyRequests,
  unauthorized,
  unknownError,
  unsupportedMediaType,
} from "../src/index.ts";

it.each<[StatusError, number, string, string, unknown]>([
  [notFound("", "pods", "x"), 404, "NotFound", 'pods "x" not found', { name: "x", kind: "pods" }],
  [
    notFound("apps", "deployments", "x"),
    404,
    "NotFound",
    'deployments.apps "x" not found',
    { name: "x", group: "apps", kind: "deployments" },
  ],
  [noSuchResource(), 404, "NotFound", "the server could not find the requested resource", {}],
  [alreadyExists("", "pods", "x"), 409, "AlreadyExists", 'pods "x" already exists', { name: "x", kind: "pods" }],
  [
    generateNameConflict("", "pods", "x"),
    409,
    "AlreadyExists",
    'pods "x" already exists, the server was not able to generate a unique name for the object',
    { name: "x", kind: "pods", retryAfterSeconds: 1 },
  ],
  [
    conflict("", "pods", "x"),
    409,
    "Conflict",
    'Operation cannot be fulfilled on pods "x": the object has been modified; please apply your changes to the latest version and try again',
    { name: "x", kind: "pods" },
  ],
  [forbidden("", "", "", "no"), 403, "Forbidden", "forbidden: no", {}],
  [forbidden("", "pods", "", "no"), 403, "Forbidden", "pods is forbidden: no", { kind: "pods" }],
  [
    forbidden("apps", "deployments", "x", "no"),
    403,
    "Forbidden",
    'deployments.apps "x" is forbidden: no',
    { name: "x", group: "apps", kind: "deployments" },
  ],
  [unauthorized(), 401, "Unauthorized", "Unauthorized", undefined],
  [badRequest("no"), 400, "BadRequest", "no", undefined],
  [
    methodNotSupported("", "pods", "watch"),
    405,
    "MethodNotAllowed",
    'watch is not supported on resources of kind "pods"',
    { kind: "pods" },
  ],
  [notAcceptable(["a", "b"]), 406, "NotAcceptable", "only the following media types are accepted: a, b", undefined],
  [
    unsupportedMediaType(["a", "b"]),
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include: a, b",
    undefined,
  ],
  [expired("old"), 410, "Expired", "old", undefined],
  [tooLarge("limit is 3"), 413, "RequestEntityTooLarge", "Request entity too large: limit is 3", undefined],
  [timeout("slow"), 504, "Timeout", "Timeout: slow", {}],
  [tooManyRequests("wait", 1), 429, "TooManyRequests", "wait", { retryAfterSeconds: 1 }],
  [internalError("x"), 500, "InternalError", "Internal error occurred: x", { causes: [{ message: "x" }] }],
  [
    serverTimeout("", "pods", "list", 2),
    500,
    "ServerTimeout",
    "The list operation against pods could not be completed at this time, please try again.",
    { name: "list", kind: "pods", retryAfterSeconds: 2 },
  ],
])("%s", (error, code, reason, message, details) => {
  expect(error.status).toEqual({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    code,
    ...(details === undefined ? {} : { details }),
  });
  expect(hasReason(error, reason as "NotFound")).toBe(true);
});

it("leaves out the reason of unknown errors, and keeps StatusErrors", () => {
  expect(unknownError("x").status).not.toHaveProperty("reason");
  expect(statusErrorOf(new Error("x")).status).toMatchObject({ code: 500, message: "x" });
  const error = badRequest("x");
  expect(statusErrorOf(error)).toBe(error);
});

it.each([
  [required("a"), "Required value"],
  [required("a", "why"), "Required value: why"],
  [invalidValue("a", 'x"\n', "why"), 'Invalid value: "x\\"\\n": why'],
  [invalidValue("a", 1.5), "Invalid value: 1.5"],
  [invalidValue("a", true, "why"), "Invalid value: true: why"],
  [invalidValue("a", null, "why"), "Invalid value: null: why"],
  [invalidValue("a", { x: ["<"] }, "why"), 'Invalid value: {"x":["\\u003c"]}: why'],
  [notSupported("a", "x", ["A", "B"]), 'Unsupported value: "x": supported values: "A", "B"'],
  [forbiddenField("a", "why"), "Forbidden: why"],
  [tooLong("a", 1), "Too long: may not be more than 1 byte"],
  [tooMany("a", 3, 2), "Too many: 3: must have at most 2 items"],
  [tooFew("a", 0, 1), "Too few: 0: must have at least 1 item"],
])("%o", (error, message) => {
  expect(error.message).toBe(message);
});

it("builds paths", () => {
  const path = fieldPath("spec").child("containers").index(0).child("env").key("A");
  expect(String(path)).toBe("spec.containers[0].env[A]");
  expect(String(fieldPath().child("a", "b"))).toBe("a.b");
});

it("quotes as Go does", () => {
  expect(quoteGo('a"\\\n\t\u0001é\u200b😀\u{e0001}')).toBe('"a\\"\\\\\\n\\t\\x01é\\u200b😀\\U000e0001"');
  expect([isPrintable("a"), isPrintable("\n"), isPrintable("\u00a0")]).toEqual([true, false, false]);
});
