import {
  type Draft,
  type FieldError,
  type FieldPath,
  fieldPath,
  invalidValue,
  nameIsDnsSubdomain,
  type ResourceDefinition,
  type Strategy,
} from "@pinnace/apimachinery";

/** Where kinds have the spec of a pod. */
const POD_SPECS: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  ReplicationController: ["spec", "template", "spec"],
  ReplicaSet: ["spec", "template", "spec"],
  Deployment: ["spec", "template", "spec"],
  StatefulSet: ["spec", "template", "spec"],
  DaemonSet: ["spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};
const GROUPS: ReadonlySet<string> = new Set(["", "apps", "batch"]);

/** A kind with `schedulingGroup` in its pods, which its own strategy drops as long as GenericWorkload is off. */
export function withSchedulingGroup(definition: ResourceDefinition): ResourceDefinition {
  const path = GROUPS.has(definition.group) ? POD_SPECS[definition.kind] : undefined;
  if (path === undefined) return definition;
  return Object.freeze({ ...definition, strategy: keeping(definition.strategy, path) });
}

function keeping(strategy: Strategy, path: readonly string[]): Strategy {
  const errorsOf = (object: Draft): readonly FieldError[] => {
    const group = specIn(object, path)?.schedulingGroup;
    return group === undefined || group === null ? [] : validate(group, fieldPath(...path).child("schedulingGroup"));
  };
  return {
    ...strategy,
    prepareForCreate: (object, ...more) => restoring(object, path, () => strategy.prepareForCreate?.(object, ...more)),
    prepareForUpdate: (object, ...more) => restoring(object, path, () => strategy.prepareForUpdate?.(object, ...more)),
    validate: (object, ...more) => [...(strategy.validate?.(object, ...more) ?? []), ...errorsOf(object)],
    validateUpdate: (object, ...more) => [...(strategy.validateUpdate?.(object, ...more) ?? []), ...errorsOf(object)],
  };
}

const specIn = (object: Draft, path: readonly string[]): Draft =>
  path.reduce((value: Draft, name) => value?.[name], object);

function restoring(object: Draft, path: readonly string[], prepare: () => void): void {
  const group = specIn(object, path)?.schedulingGroup;
  prepare();
  const spec = specIn(object, path);
  if (spec && group !== undefined) spec.schedulingGroup = group;
}

function validate({ podGroupName }: Draft, path: FieldPath): readonly FieldError[] {
  const at = path.child("podGroupName");
  if (podGroupName === undefined || podGroupName === null) {
    return [invalidValue(at, null, "must specify one of: `podGroupName`")];
  }
  return nameIsDnsSubdomain(podGroupName, false).map((message) => invalidValue(at, podGroupName, message));
}
