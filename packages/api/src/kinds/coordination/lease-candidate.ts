import { fieldPath, invalidValue, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutable } from "../rules/equal.ts";
import { fields, ifSet, needed, oneOf, type Rule } from "../rules/rule.ts";
import { configMapKey } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { STRICT, validation } from "../tables/kind.ts";
import { LEASE_CANDIDATE_COLUMNS } from "./columns.ts";

const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

const version: Rule = (value, path, errors) => {
  if (!SEMVER.test(value)) errors.push(invalidValue(path, value, "must be a valid semantic version"));
};

const emulationVersion: Rule = (value, path, errors, owner) => {
  ifSet(version)(value, path, errors, owner);
  if (owner.strategy !== "OldestEmulationVersion" || value) return;
  errors.push(required(path, "must be specified when `strategy` is 'OldestEmulationVersion'"));
};

const spec = fields({
  leaseName: needed(),
  emulationVersion,
  binaryVersion: needed(version),
  strategy: needed(oneOf("OldestEmulationVersion")),
});

/** LeaseCandidate (coordination.k8s.io/v1beta1). */
export const leaseCandidate: KindBehaviour = {
  columns: LEASE_CANDIDATE_COLUMNS,
  cells: (object, context) => [
    name(object),
    object.spec?.leaseName ?? "",
    object.spec?.binaryVersion ?? "",
    object.spec?.emulationVersion ?? "",
    age(object, context),
  ],
  strategy: {
    ...STRICT,
    allowCreateOnUpdate: true,
    validateName: configMapKey,
    ...validation(fields({ spec }), (object, old) =>
      immutable(object.spec?.leaseName ?? "", old.spec?.leaseName, fieldPath("spec", "leaseName")),
    ),
  },
};
