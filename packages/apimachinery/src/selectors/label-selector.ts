import { quoteGo } from "../go-quote.ts";
import { badRequest } from "../status-errors.ts";
import {
  compileRequirement,
  type LabelOperator,
  type LabelRequirement,
  type Labels,
  labelRequirement,
  requirementText,
} from "./label-requirement.ts";
import { parseLabelRequirements } from "./label-selector-parser.ts";

/** meta/v1 LabelSelector, as objects carry it. Both parts must match. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/** One of `matchExpressions`. `operator` is `In`, `NotIn`, `Exists` or `DoesNotExist`. */
export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** A label selector ready for use: compiled once, immutable. */
export class LabelMatcher {
  /** Sorted by key. */
  readonly requirements: readonly LabelRequirement[];
  /** Whether labels meet every requirement. A property, so that it can be handed on by itself. */
  readonly matches: (labels: Labels) => boolean;

  constructor(requirements: readonly LabelRequirement[], matches?: (labels: Labels) => boolean) {
    this.requirements = requirements;
    this.matches = matches ?? compileAll(requirements);
  }

  /** True when it has no requirement. (A selector that matches nothing has none either: see {@link matchNothing}.) */
  get isEmpty(): boolean {
    return this.requirements.length === 0;
  }

  /** The one value that the label must have, or undefined when the selector allows several. */
  exactValue(key: string): string | undefined {
    const found = this.requirements.find((requirement) => requirement.key === key);
    if (found === undefined || found.values.length !== 1) return undefined;
    return found.operator === "=" || found.operator === "==" || found.operator === "in" ? found.values[0] : undefined;
  }

  /** The string form, as `?labelSelector=` takes it. */
  toString(): string {
    return this.requirements.map(requirementText).join(",");
  }
}

function compileAll(requirements: readonly LabelRequirement[]): (labels: Labels) => boolean {
  const tests = requirements.map(compileRequirement);
  if (tests.length === 0) return () => true;
  if (tests.length === 1) return tests[0] as (labels: Labels) => boolean;
  return (labels) => tests.every((test) => test(labels));
}

/** Matches every object. */
export const matchEverything: LabelMatcher = new LabelMatcher([]);

/** Matches no object: what an absent selector means in an object. */
export const matchNothing: LabelMatcher = new LabelMatcher([], () => false);

/** Reads the string form (`app=web,tier in (a,b),!canary`). Throws a 400 StatusError with upstream's text. */
export function parseLabelSelector(text: string): LabelMatcher {
  return text === "" ? matchEverything : new LabelMatcher(parseLabelRequirements(text));
}

const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

/**
 * The matcher of a selector in an object: undefined or null matches nothing, an empty one everything. Throws a 400
 * StatusError when it is invalid (validated objects never are).
 */
export function labelMatcher(selector: LabelSelector | null | undefined): LabelMatcher {
  if (selector === undefined || selector === null) return matchNothing;
  const requirements = equalities(selector.matchLabels);
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const known = OPERATORS[operator];
    if (known === undefined) throw badRequest(`${quoteGo(operator)} is not a valid label selector operator`);
    requirements.push(labelRequirement(key, known, values ?? []));
  }
  return requirements.length === 0 ? matchEverything : new LabelMatcher(sortByKey(requirements));
}

/** The matcher of a plain map, such as a Service's selector; an empty one matches everything. */
export function labelSetMatcher(set: Labels): LabelMatcher {
  const requirements = equalities(set);
  return requirements.length === 0 ? matchEverything : new LabelMatcher(sortByKey(requirements));
}

function equalities(set: Labels): LabelRequirement[] {
  return Object.entries(set ?? {}).map(([key, value]) => ({ key, operator: "=", values: [value] }));
}

function sortByKey(requirements: LabelRequirement[]): LabelRequirement[] {
  return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
