import {
  Correlation,
  type Draft,
  duplicate,
  type FieldError,
  type FieldPath,
  fieldPath,
  forbiddenField,
  invalidValue,
  oldItem,
  required,
  type Schema,
} from "@pinnace/apimachinery";
import {
  type CelValue,
  type CompiledRule,
  compileRules,
  type DeclType,
  declTypeOfSchema,
  escapeIdentifier,
  OptionalValue,
  type ValidationRule,
  valueOfSchema,
} from "@pinnace/cel";
import { ruleFieldPath } from "./rule-field-path.ts";

/** What the rules of one object may cost together (apiserver/pkg/apis/cel). */
const BUDGET = 10_000_000;
const MAX_MESSAGE = 5 * 1024;
const SPENT = "validation failed due to running out of cost budget, no further validation rules will be run";

/** What rules found. */
export interface RuleFindings {
  readonly errors: readonly FieldError[];
  /** Of rules that are broken by what was there before; such an object may stay. */
  readonly warnings: readonly string[];
}

/** The rules in CEL (`x-kubernetes-validations`) of a structural schema, compiled. */
export interface RuleValidator {
  /** Checks a value; without `old` it is a new one. `path` is where it lies; default: the whole object. */
  validate(value: Draft, old?: Draft, path?: FieldPath): RuleFindings;
}

const validators = new WeakMap<Schema, { readonly validator: RuleValidator | undefined }>();

/** The validator of a schema, made once; undefined when there is no rule in it. `root` is true for a whole resource. */
export function ruleValidator(schema: Schema, root: boolean): RuleValidator | undefined {
  let known = validators.get(schema);
  if (known === undefined) {
    const node = containsRules(schema) ? ruleNode(schema, schema, root, declTypeOfSchema(schema, { root })) : undefined;
    known = { validator: node && validatorOf(node) };
    validators.set(schema, known);
  }
  return known.validator;
}

function validatorOf(node: RuleNode): RuleValidator {
  return {
    validate(value, old, path = fieldPath()) {
      const run = new Run();
      const correlation = old === undefined ? Correlation.none : Correlation.of(value, old, node.schema);
      run.visit(node, path, value, old, correlation);
      return { errors: run.errors, warnings: run.warnings };
    },
  };
}

function containsRules(schema: Schema): boolean {
  const { items, additionalProperties, properties = {}, allOf = [] } = schema;
  if ((schema["x-kubernetes-validations"]?.length ?? 0) > 0) return true;
  const inside = [...Object.values(properties), ...allOf, ...(items === undefined ? [] : [items])];
  if (typeof additionalProperties === "object") inside.push(additionalProperties);
  return inside.some(containsRules);
}

/** A schema with rules in it or below. */
interface RuleNode {
  /** What the value is like. */
  readonly schema: Schema;
  readonly root: boolean;
  readonly rules: readonly { readonly rule: ValidationRule; readonly compiled: CompiledRule }[];
  readonly items: RuleNode | undefined;
  readonly additionalProperties: RuleNode | undefined;
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly allOf: readonly RuleNode[];
}

/** `written` has the rules: the schema itself, or one in its `allOf`. */
function ruleNode(
  written: Schema,
  schema: Schema,
  root: boolean,
  declType: DeclType | undefined,
): RuleNode | undefined {
  if (declType === undefined) return undefined;
  const rules = (written["x-kubernetes-validations"] ?? []) as unknown as readonly ValidationRule[];
  const compiled =
    rules.length === 0 ? [] : compileRules({ ...schema, "x-kubernetes-validations": rules as Draft }, declType);
  const node: RuleNode = {
    schema,
    root,
    rules: rules.map((rule, index) => ({ rule, compiled: compiled[index] as CompiledRule })),
    items: childNode(written.items, schema.items, declType.elementType),
    additionalProperties: childNode(written.additionalProperties, schema.additionalProperties, declType.elementType),
    properties: propertyNodes(written, schema, declType),
    allOf: (written.allOf ?? []).flatMap((each) => ruleNode(each, schema, root, declType) ?? []),
  };
  const { items, additionalProperties, properties, allOf } = node;
  return rules.length > 0 || items || additionalProperties || properties.size > 0 || allOf.length > 0
    ? node
    : undefined;
}

function propertyNodes(written: Schema, schema: Schema, { fields }: DeclType): Map<string, RuleNode> {
  const nodes = new Map<string, RuleNode>();
  for (const [name, property] of Object.entries(written.properties ?? {})) {
    const own = schema.properties?.[name];
    if (own === undefined) continue;
    const escaped = escapeIdentifier(name);
    const type = escaped === undefined ? declTypeOfSchema(own, { root: isEmbedded(own) }) : fields?.get(escaped)?.type;
    const node = childNode(property, own, type);
    if (node !== undefined) nodes.set(name, node);
  }
  return nodes;
}

function childNode(
  written: Schema | boolean | undefined,
  schema: Schema | boolean | undefined,
  declType: DeclType | undefined,
): RuleNode | undefined {
  if (typeof written !== "object" || typeof schema !== "object") return undefined;
  return ruleNode(written, schema, isEmbedded(schema), declType);
}

function isEmbedded(schema: Schema): boolean {
  return schema["x-kubernetes-embedded-resource"] === true;
}

/** One validation of one object. */
class Run {
  readonly errors: FieldError[] = [];
  readonly warnings: string[] = [];
  #budget = BUDGET;

  /** Goes on until the budget is spent. */
  visit(node: RuleNode, path: FieldPath, value: Draft, old: Draft, correlation: Correlation): void {
    if (value === undefined || value === null || this.#budget < 0) return;
    if (node.rules.length > 0) this.#evaluate(node, path, value, old ?? undefined, correlation);
    for (const each of node.allOf) this.visit(each, path, value, old, correlation.detached);
    if (Array.isArray(value)) this.#visitItems(node, path, value, old, correlation);
    else if (typeof value === "object") this.#visitMembers(node, path, value, old, correlation);
  }

  #visitItems({ items, schema }: RuleNode, path: FieldPath, value: Draft, old: Draft, correlation: Correlation): void {
    if (items === undefined) return;
    for (const [index, item] of value.entries())
      this.visit(items, path.index(index), item, oldItem(schema, old, item), correlation.item(index));
  }

  #visitMembers(node: RuleNode, path: FieldPath, value: Draft, old: Draft, correlation: Correlation): void {
    for (const [name, member] of Object.entries(value)) {
      const before = old?.[name];
      const { additionalProperties } = node;
      if (additionalProperties !== undefined)
        this.visit(additionalProperties, path.key(name), member, before, correlation.member(name));
      const property = node.properties.get(name);
      if (property !== undefined) this.visit(property, path.child(name), member, before, correlation.member(name));
    }
  }

  #evaluate(node: RuleNode, path: FieldPath, value: Draft, old: Draft, correlation: Correlation): void {
    const { schema, root } = node;
    const type = schema.type ?? "";
    const self = valueOfSchema(value, schema, { root });
    const oldSelf = (): CelValue => valueOfSchema(old, schema, { root });
    for (const { rule, compiled } of node.rules) {
      if (this.#budget < 0) return;
      if (this.#budget === 0) return void this.#stop(path, type, SPENT);
      if (compiled.error !== undefined) this.#refuse(path, type, `rule compile error: ${compiled.error}`);
      if (compiled.program === undefined) continue;
      if (compiled.usesOldSelf && old === undefined && !rule.optionalOldSelf) continue;
      const variables = {
        self,
        ...(rule.optionalOldSelf
          ? { oldSelf: () => new OptionalValue(old === undefined ? undefined : oldSelf()) }
          : old === undefined
            ? {}
            : { oldSelf }),
      };
      const { value: holds, error, cost } = compiled.program.evaluate(variables);
      if (cost > this.#budget) return void this.#stop(path, type, SPENT);
      this.#budget -= cost;
      if (error !== undefined) this.#fail(path, type, error, rule);
      else if (holds !== true) this.#broken(node, path, value, rule, compiled, variables, correlation);
    }
  }

  #refuse(path: FieldPath, type: string, detail: string): void {
    this.errors.push(invalidValue(shown(path), type, detail));
  }

  #stop(path: FieldPath, type: string, detail: string): void {
    this.#refuse(path, type, detail);
    this.#budget = -1;
  }

  /** The expression could not be evaluated. */
  #fail(path: FieldPath, type: string, error: string, rule: ValidationRule): void {
    const text = ruleText(rule);
    if (error.startsWith("no such overload"))
      this.#refuse(
        path,
        type,
        `'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${text}`,
      );
    else if (error.startsWith("operation cancelled: actual cost limit exceeded"))
      this.#stop(
        path,
        type,
        `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${text}`,
      );
    else this.#refuse(path, type, `${error} evaluating rule: ${text}`);
  }

  /** The rule does not hold. */
  #broken(
    { schema }: RuleNode,
    path: FieldPath,
    value: Draft,
    rule: ValidationRule,
    compiled: CompiledRule,
    variables: Readonly<Record<string, CelValue | (() => CelValue)>>,
    correlation: Correlation,
  ): void {
    const named = rule.fieldPath === undefined ? undefined : ruleFieldPath(rule.fieldPath, schema)?.toString();
    const at = shown(named === undefined ? path : path.child(named));
    const message = this.#message(compiled, rule, variables);
    const whole = schema.type === "object" || schema.type === "array";
    const error =
      message.spent === undefined
        ? errorFor(at, whole, value, message.text ?? ruleMessage(rule), rule.reason)
        : invalidValue(at, schema.type ?? "", message.spent);
    if (!compiled.usesOldSelf && correlation.unchanged) this.warnings.push(`${error.field}: ${error.message}`);
    else this.errors.push(error);
    if (message.spent !== undefined) this.#budget = -1;
  }

  /** What the `messageExpression` says; `spent` when it costs too much, neither when it says nothing of use. */
  #message(
    { messageExpression }: CompiledRule,
    rule: ValidationRule,
    variables: Readonly<Record<string, CelValue | (() => CelValue)>>,
  ): { readonly text?: string; readonly spent?: string } {
    if (messageExpression === undefined) return {};
    const { value, error, cost } = messageExpression.evaluate(variables);
    if (cost > this.#budget)
      return {
        spent:
          "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run",
      };
    if (error?.startsWith("operation cancelled: actual cost limit exceeded"))
      return {
        spent: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(rule.messageExpression)}`,
      };
    this.#budget -= cost;
    const text = typeof value === "string" ? value.trim() : "";
    const usable = text !== "" && !text.includes("\n") && new TextEncoder().encode(text).length <= MAX_MESSAGE;
    return usable ? { text } : {};
  }
}

/** The whole object has no name upstream. */
function shown(path: FieldPath): string {
  return path.isRoot ? "<nil>" : path.toString();
}

function ruleText({ message = "", rule }: ValidationRule): string {
  return message === "" ? rule.trim() : message.trim();
}

function ruleMessage(rule: ValidationRule): string {
  return rule.message ? rule.message.trim() : `failed rule: ${ruleText(rule)}`;
}

/** Values of objects and lists are left out. */
function errorFor(at: string, whole: boolean, value: Draft, detail: string, reason: string | undefined): FieldError {
  if (reason === "FieldValueForbidden") return forbiddenField(at, detail);
  if (reason === "FieldValueRequired") return required(at, detail);
  if (reason === "FieldValueDuplicate")
    return whole ? { type: "FieldValueDuplicate", field: at, message: "Duplicate value" } : duplicate(at, value);
  return whole
    ? { type: "FieldValueInvalid", field: at, message: `Invalid value: ${detail}` }
    : invalidValue(at, value, detail);
}
