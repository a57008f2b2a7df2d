import {
  type Draft,
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalidValue,
  type Schema,
} from "@pinnace/apimachinery";
import {
  type CompiledRule,
  compileRules,
  type DeclType,
  declTypeOfSchema,
  escapeIdentifier,
  RuleCostTotal,
  ruleCardinality,
  type ValidationRule,
} from "@pinnace/cel";
import { schemaErrors } from "./schema-rules.ts";

/** A schema inside a definition's schema, and what its rules need to know of those around it. */
interface Place {
  readonly schema: Schema;
  readonly path: FieldPath;
  /** The type for rules; made when a rule is found here or around. */
  declType(): DeclType | undefined;
  /** Whether a schema around this one, or this one, has rules: types come from there then. */
  readonly typed: boolean;
  /** How often it can be in an object; undefined: nobody knows. */
  readonly cardinality: number | undefined;
  /** The list whose items cannot be told apart, so that rules cannot look at the old ones. */
  readonly uncorrelatable: FieldPath | undefined;
}

/** What is wrong with the rules of a valid schema: errors in their expressions, and costs. */
export function ruleCompilationErrors(schema: Schema, path: FieldPath): FieldError[] {
  const compilation = new Compilation();
  compilation.visit({
    ...{ schema, path, cardinality: 1, uncorrelatable: undefined, typed: hasRules(schema) },
    declType: once(() => declTypeOfSchema(schema, { root: true })),
  });
  return [...compilation.errors, ...compilation.totalErrors(path)];
}

function hasRules(schema: Schema): boolean {
  return (schema["x-kubernetes-validations"]?.length ?? 0) > 0;
}

class Compilation {
  readonly errors: FieldError[] = [];
  readonly #total = new RuleCostTotal<FieldPath>();

  visit(place: Place): void {
    for (const child of childrenOf(place)) this.visit(child);
    const { schema, path } = place;
    if (!hasRules(schema) || schemaErrors(schema, path).length > 0) return;
    const declType = place.declType();
    if (declType === undefined) return;
    const rules = schema["x-kubernetes-validations"] as readonly Draft[];
    for (const [index, compiled] of compileRules(schema, declType).entries())
      this.#check(rules[index], compiled, path.child("x-kubernetes-validations").index(index), place);
  }

  #check(rule: ValidationRule, compiled: CompiledRule, at: FieldPath, place: Place): void {
    this.#spend(at.child("rule"), "estimated rule cost", RuleCostTotal.of(compiled, place.cardinality));
    const refuse = (member: string, detail: string): void => {
      this.errors.push(invalidValue(at.child(member), internalRule(rule), detail));
    };
    if (compiled.error !== undefined) refuse("rule", compiled.error);
    if (compiled.messageExpressionError !== undefined) refuse("messageExpression", compiled.messageExpressionError);
    else if (compiled.messageExpression !== undefined)
      this.#spend(at.child("messageExpression"), "estimated messageExpression cost", compiled.messageExpressionMaxCost);
    if (compiled.usesOldSelf && place.uncorrelatable !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`;
      this.errors.push(invalidValue(at.child("rule"), rule.rule, detail));
    } else if (!compiled.usesOldSelf && rule.optionalOldSelf !== undefined) {
      const detail = "may not be set if oldSelf is not used in rule";
      this.errors.push(invalidValue(at.child("optionalOldSelf"), rule.optionalOldSelf, detail));
    }
  }

  #spend(path: FieldPath, what: Parameters<RuleCostTotal<FieldPath>["add"]>[2], cost: number): void {
    const excess = this.#total.add(path, cost, what);
    if (excess !== undefined) this.errors.push(forbiddenField(path, excess));
  }

  totalErrors(path: FieldPath): FieldError[] {
    const excess = this.#total.excess();
    if (excess === undefined) return [];
    const contributed = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
    return [
      ...excess.contributors.map((each) => forbiddenField(each, contributed)),
      forbiddenField(path, excess.message),
    ];
  }
}

/** In the order in which upstream visits them. */
function* childrenOf(place: Place): Generator<Place> {
  const { schema, path, uncorrelatable } = place;
  const { additionalProperties, items } = schema;
  if (typeof additionalProperties === "object")
    yield inside(
      place,
      additionalProperties,
      path.child("additionalProperties"),
      uncorrelatable,
      ({ elementType }) => elementType,
    );
  for (const name of Object.keys(schema.properties ?? {}).sort()) {
    const property = schema.properties?.[name] as Schema;
    yield inside(place, property, path.child("properties").key(name), uncorrelatable, ({ fields }) => {
      const escaped = escapeIdentifier(name);
      return escaped === undefined ? undefined : fields?.get(escaped)?.type;
    });
  }
  if (items === undefined || Array.isArray(items)) return;
  const correlated = schema["x-kubernetes-list-type"] === "map";
  yield inside(place, items, path.child("items"), correlated ? uncorrelatable : path, ({ elementType }) => elementType);
}

function inside(
  { schema: parent, declType, typed, cardinality }: Place,
  schema: Schema,
  path: FieldPath,
  uncorrelatable: FieldPath | undefined,
  part: (type: DeclType) => DeclType | undefined,
): Place {
  const own = (): DeclType | undefined =>
    declTypeOfSchema(schema, { root: schema["x-kubernetes-embedded-resource"] === true });
  const ofParent = (): DeclType | undefined => {
    const around = typed ? declType() : undefined;
    return around && part(around);
  };
  return {
    schema,
    path,
    uncorrelatable,
    typed: typed || hasRules(schema),
    declType: once(() => ofParent() ?? own()),
    cardinality: ruleCardinality(parent, cardinality),
  };
}

/** A rule as upstream's internal type prints it. */
function internalRule(rule: ValidationRule): Draft {
  return {
    Rule: rule.rule,
    Message: rule.message ?? "",
    MessageExpression: rule.messageExpression ?? "",
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? "",
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
