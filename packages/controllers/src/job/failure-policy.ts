import type { Job, Pod, PodFailurePolicyRule } from "@pinnace/api";

/** What a Job's failure policy says about a failed pod. `message` explains `FailJob`. */
interface PolicyVerdict {
  readonly action: "FailJob" | "FailIndex" | "Ignore" | "Count";
  readonly message: string;
}

const COUNT: PolicyVerdict = { action: "Count", message: "" };

/** The verdict of the first rule that matches (KEP-3329); `Count` when none does. */
export function judgeFailure(job: Job, pod: Pod): PolicyVerdict {
  const rules = pod.status?.phase === "Failed" ? (job.spec?.podFailurePolicy?.rules ?? []) : [];
  const name = `${pod.metadata?.namespace}/${pod.metadata?.name}`;
  for (const [index, rule] of rules.entries()) {
    const action = rule.action as PolicyVerdict["action"];
    const container = matchingContainer(rule, pod);
    if (container !== undefined) {
      const { name: containerName, code } = container;
      const message = `Container ${containerName} for pod ${name} failed with exit code ${code} matching ${action} rule at index ${index}`;
      return { action, message };
    }
    const condition = matchingCondition(rule, pod);
    if (condition !== undefined)
      return { action, message: `Pod ${name} has condition ${condition} matching ${action} rule at index ${index}` };
  }
  return COUNT;
}

function matchingContainer(
  { onExitCodes }: PodFailurePolicyRule,
  { status }: Pod,
): { readonly name: string; readonly code: number } | undefined {
  if (onExitCodes === undefined) return undefined;
  const { containerName, operator, values } = onExitCodes;
  for (const { name, state } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]) {
    const code = state?.terminated?.exitCode;
    if (code === undefined || code === 0) continue;
    if (containerName !== undefined && containerName !== null && containerName !== name) continue;
    if (values.includes(code) === (operator === "In")) return { name, code };
  }
  return undefined;
}

function matchingCondition({ onPodConditions = [] }: PodFailurePolicyRule, { status }: Pod): string | undefined {
  for (const { type, status: value } of onPodConditions ?? [])
    if (status?.conditions?.some((condition) => condition.type === type && condition.status === value)) return type;
  return undefined;
}
