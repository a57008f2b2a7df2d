import { ApiException } from "@kubernetes/client-node";
import { expectEqual, expectMatch } from "@pinnace-tools/e2e";
import { deniedText, pagedConfigMap } from "../clients/manifests.ts";
import { type NodeSession, type NodeStep, withToken } from "./session.ts";

/** Rejects unless the call is refused with this code and a message that contains the text. */
export async function expectStatus(call: Promise<unknown>, code: number, text: string): Promise<void> {
  const error: unknown = await call.then(
    () => new Error(`not refused; expected ${code} ${text}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiException)) throw error;
  expectEqual(error.code, code, "code");
  const body: unknown = typeof error.body === "string" ? JSON.parse(error.body) : error.body;
  const { message } = body as { message: string };
  if (!message.includes(text)) throw new Error(`expected ${text}\ngot ${message}`);
}

const notFound = ({ core, namespace }: NodeSession): Promise<void> =>
  expectStatus(core.readNamespacedPod({ name: "nope", namespace }), 404, 'pods "nope" not found');

async function conflict({ core, namespace }: NodeSession): Promise<void> {
  const again = core.createNamespacedConfigMap({ namespace, body: pagedConfigMap("one") });
  await expectStatus(again, 409, 'configmaps "one" already exists');
  const stale = await core.readNamespacedConfigMap({ name: "two", namespace });
  const put = (a: string): Promise<unknown> =>
    core.replaceNamespacedConfigMap({ name: "two", namespace, body: { ...stale, data: { a } } });
  await put("2");
  const text = 'Operation cannot be fulfilled on configmaps "two": the object has been modified';
  await expectStatus(put("3"), 409, text);
}

async function requestToken({ core, namespace }: NodeSession): Promise<string> {
  const body = { spec: { audiences: [] } };
  const answer = await core.createNamespacedServiceAccountToken({ name: "nobody", namespace, body });
  return answer.status?.token ?? "";
}

async function tokenRequest(session: NodeSession): Promise<void> {
  const { core, namespace } = session;
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: "nobody" } } });
  const { authentication } = withToken(session, await requestToken(session));
  const { status } = await authentication.createSelfSubjectReview({ body: {} });
  expectMatch(status?.userInfo?.username ?? "", new RegExp(`^system:serviceaccount:${namespace}:nobody$`));
}

async function denied(session: NodeSession): Promise<void> {
  const { namespace } = session;
  const { core } = withToken(session, await requestToken(session));
  await expectStatus(core.listNamespacedSecret({ namespace }), 403, deniedText(namespace));
}

export const REFUSAL_STEPS: readonly NodeStep[] = [
  ["not found", notFound],
  ["conflict", conflict],
  ["token request", tokenRequest],
  ["denied", denied],
];
