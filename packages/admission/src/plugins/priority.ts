import { PRIORITY_CLASSES, type PriorityClass } from "@pinnace/api";
import type { Draft } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { createObjectReader, type ObjectReader } from "../object-reader.ts";
import { refusal } from "../refusal.ts";
import { isRequest } from "../request-kind.ts";

interface Computed {
  readonly className: string;
  readonly value: number;
  readonly preemptionPolicy: string | undefined;
}

const PRIORITY_CLASS = "priorityclasses.scheduling.k8s.io";

/** The classes that every cluster has. */
const SYSTEM_CLASSES: readonly string[] = ["system-node-critical", "system-cluster-critical"];

/**
 * `Priority`: fills a pod's priority and preemption policy from its PriorityClass; only one class is the default, and
 * the system's classes stay (upstream refuses their deletion in the registry of PriorityClass).
 */
export function createPriority(components: Pick<AdmissionComponents, "client" | "informers">): AdmissionPlugin {
  const classes = createObjectReader(components, PRIORITY_CLASSES);
  return {
    name: "Priority",
    handles: (request) =>
      isRequest(request, "pods", "CREATE", "UPDATE") ||
      isRequest(request, PRIORITY_CLASS, "CREATE", "UPDATE", "DELETE"),
    async mutate(request) {
      if (!isRequest(request, "pods", "CREATE", "UPDATE")) return;
      if (request.operation === "UPDATE") keepPriority(request.object.spec, (request.oldObject as Draft)?.spec);
      else await setPriority(request, request.object.spec, classes);
    },
    async validate(request) {
      if (isRequest(request, PRIORITY_CLASS, "DELETE") && SYSTEM_CLASSES.includes(request.name))
        throw refusal(request, "this is a system priority class and cannot be deleted");
      if (!isRequest(request, PRIORITY_CLASS, "CREATE", "UPDATE") || !request.object.globalDefault) return;
      const current = await defaultClass(classes);
      if (current?.globalDefault && current.metadata?.name !== request.object.metadata.name)
        throw refusal(
          request,
          `PriorityClass ${current.metadata?.name} is already marked as default. Only one default can exist`,
        );
    },
  };
}

/** Nobody changes them by an update; a client that does not know the fields must not lose them. */
function keepPriority(spec: Draft, old: Draft): void {
  spec.priority ??= old?.priority;
  spec.preemptionPolicy ??= old?.preemptionPolicy;
}

async function setPriority(
  request: AdmissionRequest,
  spec: Draft,
  classes: ObjectReader<PriorityClass>,
): Promise<void> {
  const { className, value, preemptionPolicy } = await compute(request, spec.priorityClassName, classes);
  const computed = "must not be provided in pod spec; priority admission controller computed";
  const suffix = "from the given PriorityClass name";
  if (spec.priority !== undefined && spec.priority !== value)
    throw refusal(request, `the integer value of priority (${spec.priority}) ${computed} ${value} ${suffix}`);
  if (
    preemptionPolicy !== undefined &&
    spec.preemptionPolicy !== undefined &&
    spec.preemptionPolicy !== preemptionPolicy
  )
    throw refusal(
      request,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) ${computed} ${preemptionPolicy} ${suffix}`,
    );
  spec.priority = value;
  if (preemptionPolicy !== undefined) spec.preemptionPolicy = preemptionPolicy;
  if (className !== "") spec.priorityClassName = className;
}

async function compute(
  request: AdmissionRequest,
  className: string | undefined,
  classes: ObjectReader<PriorityClass>,
): Promise<Computed> {
  const found = className ? await classes.get("", className) : await defaultClass(classes);
  if (found !== undefined)
    return {
      className: found.metadata?.name ?? "",
      value: found.value ?? 0,
      preemptionPolicy: found.preemptionPolicy ?? "PreemptLowerPriority",
    };
  if (className) throw refusal(request, `no PriorityClass with name ${className} was found`);
  return { className: "", value: 0, preemptionPolicy: "PreemptLowerPriority" };
}

/** The default class; of several (they were written at the same time) the one with the lowest value. */
async function defaultClass(classes: ObjectReader<PriorityClass>): Promise<PriorityClass | undefined> {
  const defaults = (await classes.list()).filter((candidate) => candidate.globalDefault);
  return defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}
