import type { Draft, FieldError } from "@pinnace/apimachinery";
import { duplicate, fieldPath, notSupported } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutable, same } from "../rules/equal.ts";
import { all, fields, ifPresent, must, oneOf, type Rule } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { STRICT, validation } from "../tables/kind.ts";
import { CSI_DRIVER_COLUMNS } from "./columns.ts";

const SHORTEST_TOKEN = 600;
const LONGEST_TOKEN = 2 ** 32;
const LIFECYCLE_MODES = ["Persistent", "Ephemeral"];
const TOKEN_WARNING =
  "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes";

const DEFAULTS: Readonly<Record<string, boolean | string>> = {
  attachRequired: true,
  podInfoOnMount: false,
  storageCapacity: false,
  fsGroupPolicy: "ReadWriteOnceWithFSType",
  requiresRepublish: false,
  seLinuxMount: false,
};

const expirationSeconds: Rule = all(
  must((seconds) => seconds >= SHORTEST_TOKEN, "may not specify a duration less than 10 minutes"),
  must((seconds) => seconds <= LONGEST_TOKEN, "may not specify a duration larger than 2^32 seconds"),
);

const tokenRequests: Rule = (value, path, errors) => {
  const seen = new Set<string>();
  for (const [position, request] of (value ?? []).entries()) {
    const at = path.index(position);
    const audience = request.audience ?? "";
    if (seen.has(audience)) errors.push(duplicate(at.child("audience"), audience));
    else fields({ expirationSeconds: ifPresent(expirationSeconds) })(request, at, errors, value);
    seen.add(audience);
  }
};

const volumeLifecycleModes: Rule = (value, path, errors) => {
  for (const mode of value ?? []) {
    if (!LIFECYCLE_MODES.includes(mode)) errors.push(notSupported(path, mode, LIFECYCLE_MODES));
  }
};

const spec: Rule = fields({
  fsGroupPolicy: ifPresent(oneOf("File", "None", "ReadWriteOnceWithFSType")),
  tokenRequests,
  volumeLifecycleModes,
  nodeAllocatableUpdatePeriodSeconds: ifPresent(
    must((seconds) => seconds >= 10, "must be greater than or equal to 10 seconds"),
  ),
  serviceAccountTokenInSecrets: ifPresent(
    must(
      (_, owner) => (owner.tokenRequests ?? []).length > 0,
      "serviceAccountTokenInSecrets is set but no tokenRequests are specified",
    ),
  ),
});

function fixed(object: Draft, old: Draft): FieldError[] {
  const own = object.spec ?? {};
  const before = old.spec ?? {};
  const modes = fieldPath("spec", "volumeLifecycleModes");
  return [
    ...immutable(own.attachRequired, before.attachRequired, fieldPath("spec", "attachedRequired")),
    ...immutable(own.volumeLifecycleModes, before.volumeLifecycleModes, modes),
  ];
}

/** Tokens in volume attributes may end up in logs. */
function tokenWarnings({ spec: own }: Draft): string[] {
  const inSecrets = own?.serviceAccountTokenInSecrets !== undefined;
  return !inSecrets && (own?.tokenRequests ?? []).length > 0 ? [TOKEN_WARNING] : [];
}

/** A new driver has no generation; changes count from 1. */
function countChange(draft: Draft, old: Draft): void {
  const { generation } = old.metadata;
  if (!same(draft.spec, old.spec)) draft.metadata.generation = (generation ?? 0) + 1;
  else if (generation === undefined) delete draft.metadata.generation;
  else draft.metadata.generation = generation;
}

function setDefaults(object: Draft): void {
  object.spec ??= {};
  for (const [member, value] of Object.entries(DEFAULTS)) object.spec[member] ??= value;
  if ((object.spec.volumeLifecycleModes ?? []).length === 0) object.spec.volumeLifecycleModes = ["Persistent"];
}

/** CSIDriver (storage.k8s.io/v1). */
export const csiDriver: KindBehaviour = {
  default: setDefaults,
  columns: CSI_DRIVER_COLUMNS,
  cells: (object, context) => {
    const own = object.spec ?? {};
    const audiences = (own.tokenRequests ?? []).map((request: Draft) => request.audience ?? "");
    return [
      name(object),
      own.attachRequired ?? true,
      own.podInfoOnMount ?? false,
      own.storageCapacity ?? false,
      audiences.length > 0 ? audiences.join(",") : "<unset>",
      own.requiresRepublish ?? false,
      (own.volumeLifecycleModes ?? []).join(",") || "<none>",
      age(object, context),
    ];
  },
  strategy: {
    ...STRICT,
    prepareForUpdate: countChange,
    ...validation(fields({ spec }), fixed),
    warningsOnCreate: tokenWarnings,
    warningsOnUpdate: (object, old) =>
      same(object.spec?.tokenRequests, old.spec?.tokenRequests) ? [] : tokenWarnings(object),
  },
};
