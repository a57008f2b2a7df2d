import type { ValidatingAdmissionPolicy } from "@pinnace/api";
import { type DeclType, policyCompiler } from "@pinnace/cel";

/** A kind that a policy may see, with what its objects look like. */
export interface CheckedType {
  /** `apps/v1, Kind=Deployment`. */
  readonly kind: string;
  readonly declType: DeclType;
}

/** An entry of `status.typeChecking.expressionWarnings`. */
interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

/**
 * What the type checker says of a policy's validations and their messages, for each kind that the policy is about. Without
 * a type, parameters may be anything.
 */
export function checkTypes(
  { spec }: ValidatingAdmissionPolicy,
  types: readonly CheckedType[],
  params: DeclType | undefined,
): readonly ExpressionWarning[] {
  const compilers = types.map(({ kind, declType }) => {
    const typed = { object: declType, ...(params === undefined ? {} : { params }) };
    const compiler = policyCompiler({ params: spec?.paramKind !== undefined, authorizer: true }, typed);
    for (const { name, expression } of spec?.variables ?? []) compiler.addVariable(name, expression);
    return { kind, compiler };
  });
  const warningsOf = (fieldRef: string, expression: string): ExpressionWarning[] => {
    const texts = compilers.flatMap(({ kind, compiler }) => {
      const { issues } = compiler.compile(expression);
      return issues === undefined ? [] : [`${kind}: ${issues}\n`];
    });
    return texts.length === 0 ? [] : [{ fieldRef, warning: texts.join("\n") }];
  };
  return (spec?.validations ?? []).flatMap(({ expression, messageExpression }, index) => [
    ...warningsOf(`spec.validations[${index}].expression`, expression),
    ...(messageExpression ? warningsOf(`spec.validations[${index}].messageExpression`, messageExpression) : []),
  ]);
}
