import { isCodedError } from "@pinnace/errors";
import { answer, expectEqual, expectRejection, objectIn, requestOf, withTransport } from "./expect.ts";
import type { TransportCase } from "./index.ts";

export const requestCases: readonly TransportCase[] = [
  {
    name: "carries method, path and query",
    run: (harness) =>
      withTransport(
        harness,
        async ({ method, path, query }) => answer({ method, path, query: [...query] }),
        async (transport) => {
          const query = new URLSearchParams({ labelSelector: "a=b,c!=d" });
          const { body } = await transport.request(requestOf({ method: "DELETE", path: "/api/v1/pods/a%20b", query }));
          expectEqual(
            body.type === "object" && body.object,
            { method: "DELETE", path: "/api/v1/pods/a%20b", query: [["labelSelector", "a=b,c!=d"]] },
            "what arrived",
          );
        },
      ),
  },
  {
    name: "carries headers",
    run: (harness) =>
      withTransport(
        harness,
        async ({ headers }) => answer({ agent: headers["user-agent"], accept: headers.accept }),
        async (transport) => {
          const headers = { "user-agent": "me/1", accept: "application/json" };
          const { body } = await transport.request(requestOf({ headers }));
          expectEqual(body.type === "object" && body.object, { agent: "me/1", accept: "application/json" }, "headers");
        },
      ),
  },
  {
    name: "carries an object both ways",
    run: (harness) =>
      withTransport(
        harness,
        async (request) => answer(objectIn(request), 201),
        async (transport) => {
          const object = { kind: "ConfigMap", data: { a: "ü\n" } };
          const headers = { "content-type": "application/json" };
          const response = await transport.request(requestOf({ method: "POST", headers, body: { object } }));
          expectEqual(response.status, 201, "status");
          expectEqual(response.body.type === "object" && response.body.object, object, "object");
        },
      ),
  },
  {
    name: "gives frozen objects",
    run: (harness) =>
      withTransport(
        harness,
        async () => answer(Object.freeze({ metadata: Object.freeze({ name: "a" }) })),
        async (transport) => {
          const { body } = await transport.request(requestOf({}));
          expectEqual(body.type === "object" && Object.isFrozen(body.object), true, "frozen");
        },
      ),
  },
  {
    name: "answers with a failure instead of rejecting",
    run: (harness) =>
      withTransport(
        harness,
        async () => answer({ kind: "Status", code: 404, reason: "NotFound" }, 404),
        async (transport) => {
          const { status, body } = await transport.request(requestOf({}));
          expectEqual(status, 404, "status");
          expectEqual(body.type === "object" && body.object, { kind: "Status", code: 404, reason: "NotFound" }, "body");
        },
      ),
  },
  {
    name: "rejects with the abort reason",
    run: (harness) =>
      withTransport(
        harness,
        async () => answer({}),
        async (transport) => {
          const reason = new Error("changed my mind");
          const rejection = transport.request(requestOf({ signal: AbortSignal.abort(reason) }));
          expectEqual((await expectRejection(rejection, "an aborted request")) === reason, true, "the reason itself");
        },
      ),
  },
  {
    name: "rejects with CONNECTION_FAILED once closed",
    run: (harness) =>
      withTransport(
        harness,
        async () => answer({}),
        async (transport) => {
          await transport.close();
          const error = await expectRejection(transport.request(requestOf({})), "a request after close");
          expectEqual(isCodedError(error) && error.code, "CONNECTION_FAILED", "code");
        },
      ),
  },
];
