import type { Draft } from "@pinnace/apimachinery";
import { forbiddenField } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { all, fields, ifPresent, must, nonNegative, oneOf, type Rule } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { validation } from "../tables/kind.ts";
import { LEASE_COLUMNS } from "./columns.ts";

const preferredHolder: Rule = (value, path, errors, spec) => {
  if (value && !spec.strategy) errors.push(forbiddenField(path, "may only be specified if `strategy` is defined"));
};

const spec = fields({
  leaseDurationSeconds: ifPresent(must((seconds) => seconds > 0, "must be greater than 0")),
  leaseTransitions: ifPresent(nonNegative),
  strategy: ifPresent(oneOf("OldestEmulationVersion")),
  preferredHolder,
});

/** Coordinated leader election (KEP-4355) is not on by default. */
function dropStrategy(lease: Draft): void {
  delete lease.spec?.strategy;
  delete lease.spec?.preferredHolder;
}

/** Lease (coordination.k8s.io/v1): PUT creates, but only overwrites what it has seen. */
export const lease: KindBehaviour = {
  columns: LEASE_COLUMNS,
  cells: (object, context) => [name(object), object.spec?.holderIdentity ?? "", age(object, context)],
  strategy: {
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
    generation: false,
    ...validation(all(fields({ spec }))),
    prepareForCreate: dropStrategy,
    prepareForUpdate: dropStrategy,
  },
  default: (object: Draft) => {
    object.spec ??= {};
  },
};
