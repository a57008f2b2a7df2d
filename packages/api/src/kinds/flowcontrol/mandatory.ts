import type { Draft, FieldPath } from "@pinnace/apimachinery";
import { type FieldError, invalidValue, semanticEqual } from "@pinnace/apimachinery";
import type { Rule } from "../rules/rule.ts";

const EVERYTHING = {
  resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] }],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
};
const group = (name: string): object => ({ kind: "Group", group: { name } });

/** The specs of flow schemas that no cluster is without, by name (KEP-1040). */
export const MANDATORY_FLOW_SCHEMAS: Readonly<Record<string, Draft>> = {
  exempt: {
    priorityLevelConfiguration: { name: "exempt" },
    matchingPrecedence: 1,
    rules: [{ subjects: [group("system:masters")], ...EVERYTHING }],
  },
  "catch-all": {
    priorityLevelConfiguration: { name: "catch-all" },
    matchingPrecedence: 10_000,
    distinguisherMethod: { type: "ByUser" },
    rules: [{ subjects: [group("system:unauthenticated"), group("system:authenticated")], ...EVERYTHING }],
  },
};

/** The specs of priority levels that no cluster is without, by name (KEP-1040). */
export const MANDATORY_PRIORITY_LEVELS: Readonly<Record<string, Draft>> = {
  exempt: { type: "Exempt", exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  "catch-all": {
    type: "Limited",
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: "Reject" } },
  },
};

/** A mandatory flow schema keeps its spec. */
export const mandatoryFlowSchema: Rule = ({ metadata, spec }, path, errors) => {
  const name: string = metadata?.name ?? "";
  const fixed = Object.hasOwn(MANDATORY_FLOW_SCHEMAS, name) ? MANDATORY_FLOW_SCHEMAS[name] : undefined;
  if (fixed === undefined || semanticEqual(fixed, spec)) return;
  errors.push(fixedValue(path, flowSchemaInGo(spec ?? {}), `spec of '${name}' must equal the fixed value`));
};

/** A mandatory priority level keeps its spec, but for how much of `exempt` can be lent. */
export const mandatoryPriorityLevel: Rule = ({ metadata, spec }, path, errors) => {
  const name: string = metadata?.name ?? "";
  const fixed = Object.hasOwn(MANDATORY_PRIORITY_LEVELS, name) ? MANDATORY_PRIORITY_LEVELS[name] : undefined;
  if (fixed === undefined) return;
  const isExempt = name === "exempt";
  if (semanticEqual(fixed, isExempt ? { ...spec, exempt: fixed.exempt } : spec)) return;
  const what = isExempt ? `spec of '${name}' except the 'spec.exempt' field` : `spec of '${name}'`;
  errors.push(fixedValue(path, priorityLevelInGo(spec ?? {}), `${what} must equal the fixed value`));
};

const fixedValue = (path: FieldPath, value: unknown, detail: string): FieldError =>
  invalidValue(path.child("spec"), value, detail);

// Upstream prints its internal types, whose fields have Go's names and are there even when they are empty.

const list = (items: readonly Draft[] | undefined, inGo: (item: Draft) => unknown): unknown =>
  items === undefined ? null : items.map(inGo);

function flowSchemaInGo(spec: Draft): unknown {
  return {
    PriorityLevelConfiguration: { Name: spec.priorityLevelConfiguration?.name ?? "" },
    MatchingPrecedence: spec.matchingPrecedence ?? 0,
    DistinguisherMethod: spec.distinguisherMethod ? { Type: spec.distinguisherMethod.type ?? "" } : null,
    Rules: list(spec.rules, (rule) => ({
      Subjects: list(rule.subjects, subjectInGo),
      ResourceRules: list(rule.resourceRules, (each) => ({
        Verbs: each.verbs ?? null,
        APIGroups: each.apiGroups ?? null,
        Resources: each.resources ?? null,
        ClusterScope: each.clusterScope ?? false,
        Namespaces: each.namespaces ?? null,
      })),
      NonResourceRules: list(rule.nonResourceRules, (each) => ({
        Verbs: each.verbs ?? null,
        NonResourceURLs: each.nonResourceURLs ?? null,
      })),
    })),
  };
}

function subjectInGo({ kind, user, group: members, serviceAccount }: Draft): unknown {
  return {
    Kind: kind ?? "",
    User: user ? { Name: user.name ?? "" } : null,
    Group: members ? { Name: members.name ?? "" } : null,
    ServiceAccount: serviceAccount
      ? { Namespace: serviceAccount.namespace ?? "", Name: serviceAccount.name ?? "" }
      : null,
  };
}

function priorityLevelInGo({ type, limited, exempt }: Draft): unknown {
  return {
    Type: type ?? "",
    Limited: limited ? limitedInGo(limited) : null,
    Exempt: exempt
      ? {
          NominalConcurrencyShares: exempt.nominalConcurrencyShares ?? null,
          LendablePercent: exempt.lendablePercent ?? null,
        }
      : null,
  };
}

function limitedInGo({
  nominalConcurrencyShares,
  limitResponse,
  lendablePercent,
  borrowingLimitPercent,
}: Draft): unknown {
  const queuing = limitResponse?.queuing;
  return {
    NominalConcurrencyShares: nominalConcurrencyShares ?? 0,
    LimitResponse: {
      Type: limitResponse?.type ?? "",
      Queuing: queuing
        ? {
            Queues: queuing.queues ?? 0,
            HandSize: queuing.handSize ?? 0,
            QueueLengthLimit: queuing.queueLengthLimit ?? 0,
          }
        : null,
    },
    LendablePercent: lendablePercent ?? null,
    BorrowingLimitPercent: borrowingLimitPercent ?? null,
  };
}
