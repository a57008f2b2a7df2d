import { type Draft, mergeApplyConfiguration, thaw } from "@pinnace/apimachinery";
import { type CelValue, ListValue, MapValue, toJson, typeNameErrors } from "@pinnace/cel";
import { messageOf } from "@pinnace/errors";
import { activationOf, type ExpressionInput } from "../expressions/activation.ts";
import { Budget, type CompiledText, evaluate, POLICY_BUDGET } from "../expressions/evaluate.ts";
import { PatchFailure, patchedBy } from "../patches/json-patch.ts";
import { type CompiledPolicy, compositionOf } from "./compiled-policy.ts";

/** What one mutation makes of the object of `input`: a private copy, or the object itself. Rejects with why it cannot. */
export async function mutated(
  policy: CompiledPolicy,
  mutation: CompiledText & { readonly patchType: string },
  input: ExpressionInput,
): Promise<Draft> {
  if (mutation.program === undefined) throw new Error(mutation.error);
  const composition = compositionOf(policy, activationOf(input));
  const { value = null, error } = await evaluate(mutation, composition, new Budget(POLICY_BUDGET));
  if (error !== undefined) throw new Error(error);
  return mutation.patchType === "JSONPatch" ? jsonPatched(input.object, value) : merged(input, value);
}

/** A patch one of whose tests fails changes nothing. */
function jsonPatched(object: Draft, value: CelValue): Draft {
  const operations = converted(value, "JSONPath valueExpression evaluated to a type that could not marshal to JSON");
  try {
    return thaw(patchedBy(object, operations as readonly unknown[]));
  } catch (error) {
    if (error instanceof PatchFailure && error.test) return object;
    throw new Error(`JSON Patch: ${messageOf(error)}`);
  }
}

function merged({ object, invocation }: ExpressionInput, value: CelValue): Draft {
  const { apiVersion, kind } = object;
  const configuration = { ...(converted(value, "invalid return type") as Draft), apiVersion, kind };
  try {
    return thaw(mergeApplyConfiguration(invocation.definition, object, configuration));
  } catch (error) {
    throw new Error(`error applying patch: ${messageOf(error)}`);
  }
}

/** The values of the operations of a JSON patch, or the value itself. */
function patchValues(value: CelValue): readonly CelValue[] {
  if (!(value instanceof ListValue)) return [value];
  return Array.from({ length: value.size }, (_, index) => {
    const operation = value.at(index);
    return operation instanceof MapValue ? (operation.find("value") ?? null) : null;
  });
}

/** The JSON of a value whose `Object.x{...}` are all where their names say. */
function converted(value: CelValue, otherwise: string): unknown {
  const [mismatch] = patchValues(value).flatMap(typeNameErrors);
  if (mismatch !== undefined) throw new Error(`type mismatch: ${mismatch}`);
  try {
    return toJson(value);
  } catch (error) {
    throw new Error(`${otherwise}: ${messageOf(error)}`);
  }
}
