import type { Draft } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpecAndMetadata } from "../apps/replica-status.ts";
import { absent, all, check, fields, ifPresent, must, needed, neededOneOf, type Rule, when } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { COUNTED, validation } from "../tables/kind.ts";
import { PRIORITY_LEVEL_CONFIGURATION_COLUMNS } from "./columns.ts";
import { statusConditions } from "./flow-schema.ts";
import { mandatoryPriorityLevel } from "./mandatory.ts";

const EXEMPT = "exempt";
const MAX_QUEUES = 10_000_000;
const MAX_HASH_BITS = 60;
const KEEPS_ZERO_SHARES = "flowcontrol.k8s.io/concurrency-shares-defaults-to-zero";

/** How many bits of a hash deal a hand of queues. */
function entropyBits(queues: number, handSize: number): number {
  return Math.ceil(Math.log2(queues) * handSize);
}

const queues: Rule = (value, path, errors) => {
  if ((value ?? 0) <= 0) errors.push(invalidValue(path, value ?? 0, "must be positive"));
  else if (value > MAX_QUEUES) errors.push(invalidValue(path, value, `must not be greater than ${MAX_QUEUES}`));
};

function handProblem(hand: number, count: number): string | undefined {
  if (hand <= 0) return "must be positive";
  if (hand > count) return `should not be greater than queues (${count})`;
  if (entropyBits(count, hand) <= MAX_HASH_BITS) return undefined;
  return `required entropy bits of deckSize ${count} and handSize ${hand} should not be greater than ${MAX_HASH_BITS}`;
}

const handSize: Rule = (value, path, errors, owner) => {
  const problem = handProblem(value ?? 0, owner.queues ?? 0);
  if (problem !== undefined) errors.push(invalidValue(path, value ?? 0, problem));
};

const queuing: Rule = fields({
  queueLengthLimit: must((value) => (value ?? 0) > 0, "must be positive"),
  queues,
  handSize,
});

const limitResponse: Rule = fields({
  queuing: all(
    when(({ type }) => type === "Reject", absent("must be nil if limited.limitResponse.type is not Limited")),
    when(({ type }) => type === "Queue", needed(queuing, "must not be empty if limited.limitResponse.type is Limited")),
  ),
  type: neededOneOf("Queue", "Reject"),
});

const shares = must((value) => (value ?? 0) >= 0, "must be a non-negative integer");
const lendable = must((value) => (value ?? 0) >= 0 && (value ?? 0) <= 100, "must be between 0 and 100, inclusive");

const limited: Rule = fields({
  nominalConcurrencyShares: shares,
  limitResponse,
  lendablePercent: lendable,
  borrowingLimitPercent: must((value) => (value ?? 0) >= 0, "if specified, must be a non-negative integer"),
});

const spec: Rule = fields({
  limited: all(
    when(({ type }) => type === "Exempt", absent("must be nil if the type is not Limited")),
    when(({ type }) => type === "Limited", needed(limited, "must not be empty when type is Limited")),
  ),
  exempt: all(
    when(({ type }) => type === "Limited", absent("must be nil if the type is Limited")),
    when(
      ({ type }) => type === "Exempt",
      ifPresent(fields({ nominalConcurrencyShares: shares, lendablePercent: lendable })),
    ),
  ),
  type: neededOneOf("Exempt", "Limited"),
});

const forbiddenAnnotation: Rule = (value, path, errors) => {
  if (value?.annotations?.[KEEPS_ZERO_SHARES] === undefined) return;
  errors.push(forbiddenField(path.child("annotations"), `annotation '${KEEPS_ZERO_SHARES}' is forbidden`));
};

const exemptByName: Rule = (value, path, errors) => {
  const type = value.spec?.type ?? "";
  if ((value.metadata?.name === EXEMPT) === (type === "Exempt")) return;
  const at = path.child("spec", "type");
  errors.push(invalidValue(at, type, "must be 'Exempt' if and only if `name` is 'exempt'"));
};

const rule: Rule = all(
  fields({ metadata: forbiddenAnnotation }),
  exemptByName,
  fields({ spec }),
  mandatoryPriorityLevel,
);

function setDefaults(object: Draft): void {
  object.spec ??= {};
  const { limited: own, exempt } = object.spec;
  if (exempt) {
    exempt.nominalConcurrencyShares ??= 0;
    exempt.lendablePercent ??= 0;
  }
  if (!own) return;
  own.nominalConcurrencyShares ??= 30;
  own.lendablePercent ??= 0;
  const queue = own.limitResponse?.queuing;
  if (!queue) return;
  queue.handSize ||= 8;
  queue.queues ||= 64;
  queue.queueLengthLimit ||= 50;
}

/** PriorityLevelConfiguration (flowcontrol.apiserver.k8s.io/v1). */
export const priorityLevelConfiguration: KindBehaviour = {
  default: setDefaults,
  columns: PRIORITY_LEVEL_CONFIGURATION_COLUMNS,
  cells: (object, context) => {
    const own = object.spec?.limited;
    const queue = own?.limitResponse?.queuing;
    return [
      name(object),
      object.spec?.type ?? "",
      own?.nominalConcurrencyShares ?? "<none>",
      queue?.queues ?? "<none>",
      queue?.handSize ?? "<none>",
      queue?.queueLengthLimit ?? "<none>",
      age(object, context),
    ];
  },
  strategy: { ...COUNTED, ...validation(rule) },
  statusStrategy: {
    prepareForUpdate: keepSpecAndMetadata,
    validateUpdate: (object) => check(statusConditions, object.status, fieldPath("status")),
  },
};
