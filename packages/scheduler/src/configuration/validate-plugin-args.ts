import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalidValue,
  notSupported,
  parseDuration,
  required,
  validateLabelName,
} from "@pinnace/apimachinery";
import { validateAddedAffinity } from "./validate-added-affinity.ts";

type Args = Readonly<Record<string, unknown>>;
type Rule = (path: FieldPath, args: Args) => readonly FieldError[];

interface ShapePoint {
  readonly utilization?: number;
  readonly score?: number;
}

interface ResourceSpec {
  readonly name?: string;
  readonly weight?: number;
}

interface Constraint {
  readonly maxSkew?: number;
  readonly topologyKey?: string;
  readonly whenUnsatisfiable?: string;
  readonly labelSelector?: unknown;
}

const STRATEGIES = ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"];
const ACTIONS = ["DoNotSchedule", "ScheduleAnyway"];

/** What is wrong with the arguments of a plugin; nothing for plugins that are not upstream's. */
export function validatePluginArgs(plugin: string, path: FieldPath, args: Args): readonly FieldError[] {
  return (Object.hasOwn(RULES, plugin) ? RULES[plugin] : undefined)?.(path, args) ?? [];
}

const RULES: Readonly<Record<string, Rule>> = {
  DefaultPreemption: (path, args) => {
    const { minCandidateNodesPercentage: share = 10, minCandidateNodesAbsolute: least = 100 } = args as Numbers;
    const [sharePath, leastPath] = [path.child("minCandidateNodesPercentage"), path.child("minCandidateNodesAbsolute")];
    const errors: FieldError[] = [];
    if (share < 0 || share > 100) errors.push(invalidValue(sharePath, share, "not in valid range [0, 100]"));
    if (least < 0) errors.push(invalidValue(leastPath, least, "not in valid range [0, inf)"));
    if (share === 0 && least === 0) {
      const zero = "cannot be zero at the same time as";
      errors.push(invalidValue(sharePath, share, `${zero} minCandidateNodesAbsolute`));
      errors.push(invalidValue(leastPath, least, `${zero} minCandidateNodesPercentage`));
    }
    return errors;
  },
  DynamicResources: (path, args) => {
    const { filterTimeout, bindingTimeout } = args as { filterTimeout?: string; bindingTimeout?: string };
    const errors: FieldError[] = [];
    if (filterTimeout !== undefined && parseDuration(filterTimeout)! < 0) {
      errors.push(invalidValue(path.child("filterTimeout"), filterTimeout, "must be zero or positive"));
    }
    if (bindingTimeout !== undefined && parseDuration(bindingTimeout)! < 1_000) {
      errors.push(invalidValue(path.child("bindingTimeout"), bindingTimeout, "must be at least 1 second"));
    }
    return errors;
  },
  InterPodAffinity: (path, args) => {
    const { hardPodAffinityWeight: weight = 1 } = args as Numbers;
    const at = path.child("hardPodAffinityWeight");
    return weight < 0 || weight > 100 ? [invalidValue(at, weight, "not in valid range [0, 100]")] : [];
  },
  NodeAffinity: (path, args) => validateAddedAffinity(path.child("addedAffinity"), args.addedAffinity),
  NodeResourcesBalancedAllocation: (path, { resources = [] }) => {
    const seen = new Set<string>();
    return (resources as readonly ResourceSpec[]).flatMap(({ name = "", weight: given }, index) => {
      const at = path.child("resources").index(index);
      const weight = given || 1;
      const twin = seen.has(name) ? [duplicate(at.child("name"), name)] : [];
      seen.add(name);
      return weight === 1 ? twin : [...twin, invalidValue(at.child("weight"), weight, "must be 1")];
    });
  },
  NodeResourcesFit: validateFit,
  PodTopologySpread: validateSpread,
  VolumeBinding: (path, args) => {
    const { bindTimeoutSeconds: timeout = 600, shape } = args as Numbers & { shape?: readonly ShapePoint[] };
    const errors: FieldError[] = [];
    if (timeout < 0) {
      const message = "invalid BindTimeoutSeconds, should not be a negative value";
      errors.push(invalidValue(path.child("bindTimeoutSeconds"), timeout, message));
    }
    if (shape !== undefined) {
      const go = shape.map(({ utilization = 0, score = 0 }) => ({ Utilization: utilization, Score: score }));
      const message = "unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring";
      errors.push(invalidValue(path.child("shape"), go, message));
    }
    return errors;
  },
};

type Numbers = Readonly<Record<string, number>>;

function validateFit(path: FieldPath, args: Args): readonly FieldError[] {
  const {
    ignoredResources = [],
    ignoredResourceGroups = [],
    scoringStrategy,
  } = args as {
    ignoredResources?: readonly string[];
    ignoredResourceGroups?: readonly string[];
    scoringStrategy?: { type?: string; resources?: readonly ResourceSpec[]; requestedToCapacityRatio?: Args };
  };
  const errors = ignoredResources.flatMap((name, at) =>
    validateLabelName(path.child("ignoredResources").index(at), name),
  );
  for (const [index, group] of ignoredResourceGroups.entries()) {
    const at = path.child("ignoredResourceGroups").index(index);
    if (group.includes("/")) errors.push(invalidValue(at, group, "resource group name can't contain '/'"));
    errors.push(...validateLabelName(at, group));
  }
  if (scoringStrategy === undefined) return errors;
  const at = path.child("scoringStrategy");
  const { type = "", resources = [], requestedToCapacityRatio: ratio } = scoringStrategy;
  if (!STRATEGIES.includes(type)) errors.push(notSupported(at.child("type"), type, STRATEGIES));
  for (const [index, { name, weight: given }] of resources.entries()) {
    const weight = given || 1;
    if (weight > 0 && weight <= 100) continue;
    const message = `resource weight of ${name} not in valid range (0, 100]`;
    errors.push(invalidValue(at.child("resources").index(index).child("weight"), weight, message));
  }
  const ratioAt = at.child("requestedToCapacityRatio");
  if (type !== "RequestedToCapacityRatio") {
    const message = "must be nil when type is not RequestedToCapacityRatio";
    return ratio === undefined ? errors : [...errors, forbiddenField(ratioAt, message)];
  }
  if (ratio === undefined) {
    return [...errors, required(ratioAt, "must be specified when type is RequestedToCapacityRatio")];
  }
  return [...errors, ...validateShape(ratioAt.child("shape"), (ratio.shape ?? []) as readonly ShapePoint[])];
}

function validateShape(path: FieldPath, shape: readonly ShapePoint[]): readonly FieldError[] {
  if (shape.length === 0) return [required(path, "at least one point must be specified")];
  const errors: FieldError[] = [];
  const unsorted = shape.findIndex(
    ({ utilization = 0 }, index) => index > 0 && (shape[index - 1]!.utilization ?? 0) >= utilization,
  );
  if (unsorted > 0) {
    const at = path.index(unsorted).child("utilization");
    errors.push(invalidValue(at, shape[unsorted]!.utilization ?? 0, "values must be sorted in increasing order"));
  }
  for (const [index, { utilization = 0, score = 0 }] of shape.entries()) {
    const at = path.index(index);
    if (utilization < 0 || utilization > 100) {
      errors.push(invalidValue(at.child("utilization"), utilization, "not in valid range [0, 100]"));
    }
    if (score < 0 || score > 10) errors.push(invalidValue(at.child("score"), score, "not in valid range [0, 10]"));
  }
  return errors;
}

function validateSpread(path: FieldPath, args: Args): readonly FieldError[] {
  const { defaultingType = "System", defaultConstraints = [] } = args as {
    defaultingType?: string;
    defaultConstraints?: readonly Constraint[];
  };
  const errors: FieldError[] = [];
  const typeAt = path.child("defaultingType");
  if (defaultingType !== "System" && defaultingType !== "List") {
    errors.push(notSupported(typeAt, defaultingType, ["System", "List"]));
  } else if (defaultingType === "System" && defaultConstraints.length > 0) {
    errors.push(invalidValue(typeAt, defaultingType, "when .defaultConstraints are not empty"));
  }
  const seen = new Set<string>();
  for (const [index, constraint] of defaultConstraints.entries()) {
    const at = path.child("defaultConstraints").index(index);
    errors.push(...validateConstraint(at, constraint));
    const key = `{${constraint.topologyKey ?? ""}, ${constraint.whenUnsatisfiable ?? ""}}`;
    if (seen.has(key)) errors.push(duplicate(at, key));
    seen.add(key);
  }
  return errors;
}

function validateConstraint(path: FieldPath, constraint: Constraint): readonly FieldError[] {
  const { maxSkew = 0, topologyKey = "", whenUnsatisfiable = "", labelSelector } = constraint;
  const errors: FieldError[] = [];
  if (maxSkew <= 0) errors.push(invalidValue(path.child("maxSkew"), maxSkew, "not in valid range (0, inf)"));
  const keyAt = path.child("topologyKey");
  if (topologyKey === "") errors.push(required(keyAt, "can not be empty"));
  else errors.push(...validateLabelName(keyAt, topologyKey));
  const actionAt = path.child("whenUnsatisfiable");
  if (whenUnsatisfiable === "") errors.push(required(actionAt, "can not be empty"));
  else if (!ACTIONS.includes(whenUnsatisfiable)) errors.push(notSupported(actionAt, whenUnsatisfiable, ACTIONS));
  if (labelSelector !== undefined) {
    const message = "constraint must not define a selector, as they deduced for each pod";
    errors.push(forbiddenField(path.child("labelSelector"), message));
  }
  return errors;
}
