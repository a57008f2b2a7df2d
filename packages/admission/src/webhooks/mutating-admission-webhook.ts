import { type Draft, internalError, semanticEqual, thaw } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { type Invocation, invocationOf } from "../matching/invocation.ts";
import { configuresAdmission } from "../matching/target.ts";
import { patchedBy } from "../patches/json-patch.ts";
import { replaceObject, versioned } from "../patches/replace-object.ts";
import { ReinvocableCallees, reinvocationOf } from "../reinvocation.ts";
import { callHook, Denied, UnusableAnswer } from "./call-hook.ts";
import { createHookConditions } from "./conditions.ts";
import { type Hook, hooksOf } from "./hooks.ts";
import { createWebhookObserver, secondsSince, type WebhookOutcome } from "./observer.ts";
import type { ReviewResponse } from "./review.ts";
import { createWebhookClient } from "./webhook-client.ts";

const NAME = "MutatingAdmissionWebhook";
const RESOURCE = "mutatingwebhookconfigurations";

type Components = Pick<AdmissionComponents, "clock" | "random" | "webhooks" | "metrics" | "authorizer">;

/**
 * `MutatingAdmissionWebhook`: asks the webhooks of MutatingWebhookConfigurations one after the other; each sees what those
 * before it made of the object. Those with `reinvocationPolicy: IfNeeded` are asked once more when something changed the
 * object after them.
 */
export function createMutatingAdmissionWebhook(components: Components): AdmissionPlugin {
  const callers = { client: createWebhookClient(components), random: components.random };
  const observer = createWebhookObserver(components.metrics);
  const conditionsHold = createHookConditions(components, "admit");
  const { clock } = components;
  return {
    name: NAME,
    handles: (request) => hooksOf(request, RESOURCE).length > 0 && !configuresAdmission(request),
    async mutate(request) {
      const reinvocation = reinvocationOf(request);
      const callees = reinvocation.memory(NAME, () => new ReinvocableCallees());
      if (reinvocation.again && callees.output !== JSON.stringify(request.object)) callees.requireAll();
      for (const [index, hook] of hooksOf(request, RESOURCE).entries()) {
        const invocation = invocationOf(request, hook.match);
        if (invocation === undefined || !(await conditionsHold(hook, request, invocation))) continue;
        if (reinvocation.again && !callees.isDue(hook.uid)) continue;
        const changed = await ask(hook, request, invocation, index);
        if (changed) {
          callees.requireAll();
          reinvocation.demand();
        }
        if (hook.reinvocable) callees.called(hook.uid);
      }
      callees.output = JSON.stringify(request.object);
    },
  };

  /** Calls one webhook; says whether it changed the object. */
  async function ask(hook: Hook, request: AdmissionRequest, invocation: Invocation, index: number): Promise<boolean> {
    const start = clock.now();
    const place = `round_${reinvocationOf(request).again ? 1 : 0}_index_${index}`;
    let changed = false;
    let outcome: WebhookOutcome = { type: "failed" };
    try {
      changed = await applyHook(hook, request, invocation, place);
      outcome = { type: "allowed" };
    } catch (error) {
      outcome = outcomeOf(hook, error);
      if (outcome.type !== "unreachable" || !outcome.ignored) throw refusalOf(error);
      request.annotate(`failed-open.mutation.webhook.admission.k8s.io/${place}`, hook.name);
    } finally {
      observer.observe(hook.name, "admit", request, secondsSince(clock, start), outcome);
      const about = { configuration: hook.configuration, webhook: hook.name, mutated: changed };
      request.annotate(`mutation.webhook.admission.k8s.io/${place}`, JSON.stringify(about));
    }
    return changed;
  }

  async function applyHook(
    hook: Hook,
    request: AdmissionRequest,
    invocation: Invocation,
    place: string,
  ): Promise<boolean> {
    const object = await versioned(request, invocation, request.object);
    const oldObject = await versioned(request, invocation, request.oldObject);
    const response = await callHook(callers, hook, true, request, invocation, { object, oldObject });
    const patch = decodedPatch(hook, response);
    if (patch.length === 0) return false;
    if (object === undefined) throw internalError(`${named(hook)} attempted to modify the object, ${UNSUPPORTED}`);
    const next = thaw(applied(object, patch));
    const before = thaw(request.object);
    await replaceObject(request, invocation, next);
    const about = { configuration: hook.configuration, webhook: hook.name, patch, patchType: "JSONPatch" };
    request.annotate(`patch.webhook.admission.k8s.io/${place}`, JSON.stringify(about));
    return !semanticEqual(before, request.object);
  }
}

const UNSUPPORTED = "which is not supported for this operation";

function named({ name }: Hook): string {
  return `admission webhook ${JSON.stringify(name)}`;
}

/** The operations of a patch, which comes in base64. */
function decodedPatch(hook: Hook, { patch, patchType }: ReviewResponse): readonly unknown[] {
  if (patch === "") return [];
  const unusable = (why: string): UnusableAnswer => new UnusableAnswer(hook.name, why, 503);
  let operations: unknown;
  try {
    operations = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(patch), (char) => char.charCodeAt(0))));
  } catch (error) {
    throw unusable(`received undecodable patch in webhook response: ${messageOf(error)}`);
  }
  if (!Array.isArray(operations)) throw unusable("received undecodable patch in webhook response: it is no list");
  if (operations.length > 0 && patchType !== "JSONPatch")
    throw unusable(`unsupported patch type ${JSON.stringify(patchType)}`);
  return operations;
}

function applied(object: Draft, patch: readonly unknown[]): unknown {
  try {
    return patchedBy(object, patch);
  } catch (error) {
    throw internalError(messageOf(error));
  }
}

/** How a call ended that did not end well. */
export function outcomeOf(hook: Hook, error: unknown): WebhookOutcome {
  if (error instanceof UnusableAnswer)
    return { type: "unreachable", code: error.code, ignored: hook.failurePolicy === "Ignore" };
  return error instanceof Denied ? { type: "denied", code: error.status.code } : { type: "failed" };
}

/** What the client is told. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof UnusableAnswer) return internalError(error.message);
  if (error instanceof Denied) return error.status;
  return error;
}
