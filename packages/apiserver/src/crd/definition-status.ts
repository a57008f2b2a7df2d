import type { Draft, KubernetesObject } from "@pinnace/apimachinery";
import { askedNames, type DefinitionNames, judgeNames, type NameVerdict } from "./accepted-names.ts";

const APPROVAL = "api-approved.kubernetes.io";

/** Which names of a definition are accepted beside those that others of its group have. */
export function verdictOf(crd: KubernetesObject, others: readonly DefinitionNames[]): NameVerdict {
  const { spec, status }: Draft = crd;
  return judgeNames(askedNames(spec.names), status?.acceptedNames, others);
}

/** What the status of a definition says: accepted names, stored versions and conditions. `now` is a time as text. */
export function definitionStatus(crd: Draft, { accepted, conflict }: NameVerdict, now: string): Draft {
  const { spec, status = {} } = crd;
  const storage = spec.versions.find((version: Draft) => version.storage)?.name;
  const stored: string[] = status.storedVersions ?? [];
  const conditions =
    conflict === undefined
      ? [
          condition("NamesAccepted", "True", "NoConflicts", "no conflicts found"),
          condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted"),
        ]
      : [
          condition("NamesAccepted", "False", conflict.reason, conflict.message),
          condition("Established", "False", "NotAccepted", "not all names are accepted"),
        ];
  return {
    ...status,
    conditions: mergeConditions(status.conditions ?? [], [...conditions, ...approval(crd)], now),
    acceptedNames: accepted,
    storedVersions: storage === undefined || stored.includes(storage) ? stored : [...stored, storage],
  };
}

/** Groups under k8s.io and kubernetes.io belong to the Kubernetes project, which approves what is in them. */
function approval({ metadata, spec }: Draft): Draft[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group)) return [];
  const type = "KubernetesAPIApprovalPolicyConformant";
  const text: string = metadata?.annotations?.[APPROVAL] ?? "";
  const start = `protected groups must have approval annotation "${APPROVAL}"`;
  const see = "see https://github.com/kubernetes/enhancements/pull/1111";
  if (text === "") return [condition(type, "False", "MissingAnnotation", `${start}, ${see}`)];
  if (text.startsWith("unapproved"))
    return [condition(type, "False", "UnapprovedAnnotation", `not approved: ${JSON.stringify(text)}`)];
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/]+/i.test(text))
    return [condition(type, "True", "ApprovedAnnotation", `approved in ${text}`)];
  const message = `${start} with either a URL or a reason starting with "unapproved", ${see}`;
  return [condition(type, "False", "InvalidAnnotation", message)];
}

function condition(type: string, status: string, reason: string, message: string): Draft {
  return { type, status, reason, message };
}

/** A condition keeps its transition time while its status stays. */
function mergeConditions(old: readonly Draft[], wanted: readonly Draft[], now: string): Draft[] {
  const merged = wanted.map((each) => {
    const before = old.find(({ type }) => type === each.type);
    return { ...each, lastTransitionTime: before?.status === each.status ? before.lastTransitionTime : now };
  });
  return [...merged, ...old.filter(({ type }) => !wanted.some((each) => each.type === type))];
}
