import type { Draft } from "@pinnace/apimachinery";
import type { CelValue } from "@pinnace/cel";
import { activationOf, type ExpressionInput } from "../expressions/activation.ts";
import {
  Budget,
  type CompiledText,
  type Composition,
  evaluate,
  type Outcome,
  OutOfBudget,
  POLICY_BUDGET,
} from "../expressions/evaluate.ts";
import { type Matched, matchConditions } from "../expressions/match-conditions.ts";
import { type CompiledPolicy, type CompiledValidation, compositionOf } from "./compiled-policy.ts";

/** What one validation says: let it pass, or why not. */
export interface Decision {
  readonly action: "admit" | "deny";
  /** Whether an expression could not be evaluated; the failure policy decided then. */
  readonly error: boolean;
  readonly message: string;
  /** Default: Invalid. */
  readonly reason?: string;
}

/** An audit annotation, or why it could not be made. */
export type AuditAnnotation =
  | { readonly type: "publish"; readonly key: string; readonly value: string }
  | { readonly type: "error"; readonly message: string };

interface Verdict {
  readonly decisions: readonly Decision[];
  readonly annotations: readonly AuditAnnotation[];
  readonly conditions: Matched | undefined;
}

/** The longest text that a `messageExpression` may give, in bytes. */
const MAX_MESSAGE = 5 * 1024;

/** Evaluates a validating policy with one parameter. */
export async function decide(
  policy: CompiledPolicy,
  input: ExpressionInput,
  failurePolicy: "Fail" | "Ignore",
): Promise<Verdict> {
  const onError = failurePolicy === "Ignore" ? "admit" : "deny";
  const failed = (message: string): Decision => ({ action: onError, error: true, message });
  const activation = activationOf(input);
  const compose = (): Composition => compositionOf(policy, activation);
  let conditions: Matched | undefined;
  if (policy.matchConditions.length > 0) {
    const { namespaceObject: _, ...rest } = input;
    conditions = await matchConditions(
      policy.matchConditions,
      compositionOf(policy, activationOf(rest)),
      failurePolicy,
    );
    if (conditions.type === "failed") return { decisions: [failed(conditions.error)], annotations: [], conditions };
    if (conditions.type === "excluded") return { decisions: [], annotations: [], conditions };
  }
  try {
    const budget = new Budget(POLICY_BUDGET);
    const outcomes = await evaluateAll(policy.validations, compose(), budget);
    const messages = await messagesOf(policy.validations, compose(), budget);
    const decisions = policy.validations.map((validation, index) => {
      const outcome = outcomes[index] as Outcome;
      if (outcome.error !== undefined) return failed(outcome.error);
      if (messages instanceof OutOfBudget) return failed(`failed messageExpression: ${messages.message}`);
      return decisionOf(validation, outcome, messages[index]);
    });
    const annotated = await evaluateAll(policy.auditAnnotations, compose(), new Budget(POLICY_BUDGET));
    const annotations = policy.auditAnnotations.flatMap(({ key }, index) =>
      annotationOf(key, annotated[index] as Outcome, failurePolicy),
    );
    return { decisions, annotations, conditions };
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    return { decisions: [failed(error.message)], annotations: [], conditions };
  }
}

async function evaluateAll(
  expressions: readonly CompiledText[],
  composition: Composition,
  budget: Budget,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const expression of expressions) outcomes.push(await evaluate(expression, composition, budget));
  return outcomes;
}

async function messagesOf(
  validations: readonly CompiledValidation[],
  composition: Composition,
  budget: Budget,
): Promise<readonly (Outcome | undefined)[] | OutOfBudget> {
  const messages: (Outcome | undefined)[] = [];
  try {
    for (const { messageExpression } of validations)
      messages.push(messageExpression && (await evaluate(messageExpression, composition, budget)));
    return messages;
  } catch (error) {
    if (error instanceof OutOfBudget) return error;
    throw error;
  }
}

function decisionOf(validation: CompiledValidation, { value }: Outcome, message: Outcome | undefined): Decision {
  if (value === true) return { action: "admit", error: false, message: "" };
  const text = shown(message?.value) || validation.message.trim() || `failed expression: ${validation.source.trim()}`;
  const { reason } = validation;
  return { action: "deny", error: false, message: text, ...(reason === undefined ? {} : { reason }) };
}

/** A message that a client can be shown; "" for one that is too long or has several lines. */
function shown(value: CelValue | undefined): string {
  if (typeof value !== "string") return "";
  const text = value.trim();
  return new TextEncoder().encode(text).length > MAX_MESSAGE || text.includes("\n") ? "" : text;
}

function annotationOf(key: string, { value, error }: Outcome, failurePolicy: string): AuditAnnotation[] {
  if (error !== undefined) return failurePolicy === "Ignore" ? [] : [{ type: "error", message: error }];
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? [] : [{ type: "publish", key, value: text }];
}

/** The failure policy of a policy; stored ones have it. */
export function failurePolicyOf({ spec }: Draft): "Fail" | "Ignore" {
  return spec.failurePolicy === "Ignore" ? "Ignore" : "Fail";
}
