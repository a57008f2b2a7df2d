import type { Column, Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, notSupported, quoteGo, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpecAndMetadata } from "../apps/replica-status.ts";
import { base64Length } from "../core/base64.ts";
import { check, fields, ifSet, needed, type Rule, text } from "../rules/rule.ts";
import { dns1035, dnsSubdomain, pathSegment, portNumber } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { AGE, column, NAME } from "../tables/column.ts";
import { STRICT } from "../tables/kind.ts";

const COLUMNS: readonly Column[] = [
  NAME,
  column("Service", "The reference to the service that hosts this API endpoint."),
  column("Available", "Whether this service is available."),
  AGE,
];
const STATES = ["True", "False", "Unknown"];
const SPEC = fieldPath("spec");

function priority(highest: number): Rule {
  return (value, path, errors) => {
    const number = value ?? 0;
    if (number > 0 && number <= highest) return;
    errors.push(invalidValue(path, number, `must be positive and less than ${highest}`));
  };
}

const port: Rule = (value, path, errors) => {
  const messages = portNumber(value ?? 0);
  if (messages.length > 0) errors.push(invalidValue(path, value ?? 0, `port is not valid: ${messages.join(", ")}`));
};

const spec: Rule = fields({
  group: (value, path, errors, { version }) => {
    const detail = "only v1 may have an empty group and it better be legacy kube";
    if (!value && version !== "v1") errors.push(required(path, detail));
    ifSet(text(dnsSubdomain))(value, path, errors, undefined);
  },
  version: text(dns1035),
  groupPriorityMinimum: priority(20_000),
  versionPriority: priority(1000),
});

const remote = fields({ namespace: needed(), name: needed(), port });

function connectionErrors({ service, caBundle, insecureSkipTLSVerify: insecure }: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const bundle = SPEC.child("caBundle");
  const skip = SPEC.child("insecureSkipTLSVerify");
  if (service) {
    remote(service, SPEC.child("service"), errors, undefined);
    if (insecure && caBundle) errors.push(invalidValue(skip, true, "may not be true if caBundle is present"));
    return errors;
  }
  if (caBundle) {
    const message = "local APIServices may not have a caBundle";
    errors.push(invalidValue(bundle, `${base64Length(caBundle)} bytes`, message));
  }
  if (insecure) errors.push(invalidValue(skip, true, "local APIServices may not have insecureSkipTLSVerify"));
  return errors;
}

function errorsOf({ metadata, spec: own = {} }: Draft): FieldError[] {
  const wanted = `${own.version ?? ""}.${own.group ?? ""}`;
  const errors: FieldError[] = [];
  if (metadata?.name !== wanted) {
    const message = `must be \`spec.version+"."+spec.group\`: ${quoteGo(wanted)}`;
    errors.push(invalidValue(fieldPath("metadata", "name"), metadata?.name ?? "", message));
  }
  return [...errors, ...check(spec, own, SPEC), ...connectionErrors(own)];
}

/** APIs that this server serves itself are always there. */
function localStatus(now: number): Draft {
  const lastTransitionTime = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  const message = "Local APIServices are always available";
  return { conditions: [{ type: "Available", status: "True", lastTransitionTime, reason: "Local", message }] };
}

function availability({ status }: Draft): string {
  const condition = (status?.conditions ?? []).find((item: Draft) => item.type === "Available");
  if (!condition) return "Unknown";
  const plain = condition.status === "True" || !condition.reason;
  return plain ? condition.status : `${condition.status} (${condition.reason})`;
}

/** APIService (apiregistration.k8s.io/v1). */
export const apiService: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    if (object.spec.service) object.spec.service.port ??= 443;
  },
  columns: COLUMNS,
  cells: (object, context) => [
    name(object),
    object.spec?.service ? `${object.spec.service.namespace}/${object.spec.service.name}` : "Local",
    availability(object),
    age(object, context),
  ],
  strategy: {
    ...STRICT,
    validateName: pathSegment,
    prepareForCreate: (draft, context) => {
      draft.status = draft.spec?.service ? {} : localStatus(context.now);
    },
    validate: errorsOf,
    validateUpdate: errorsOf,
  },
  statusStrategy: {
    prepareForUpdate: keepSpecAndMetadata,
    validateUpdate: (object) =>
      (object.status?.conditions ?? []).flatMap(({ status }: Draft, position: number) => {
        if (STATES.includes(status)) return [];
        const path = fieldPath("status", "conditions").index(position).child("status");
        return [notSupported(path, status ?? "", STATES)];
      }),
  },
};
