import type { Draft, FieldPath } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, required } from "@pinnace/apimachinery";
import { fields, ifPresent, must, needed, neededItems, nonNegative, oneOf, type Rule, text } from "../../rules/rule.ts";
import { httpHeaderName, portName, portNumber } from "../../rules/text.ts";

/** A port by number or by name. */
export const portNumberOrName: Rule = (value, path, errors) => {
  const messages = typeof value === "string" ? portName(value) : portNumber(value ?? 0);
  for (const message of messages) errors.push(invalidValue(path, value ?? 0, message));
};

const headers: Rule = (value, path, errors) => {
  for (const header of value ?? []) text(httpHeaderName)(header.name, path, errors, value);
};

const ACTIONS: Readonly<Record<string, Rule>> = {
  exec: fields({ command: neededItems() }),
  httpGet: fields({ path: needed(), port: portNumberOrName, scheme: oneOf("HTTP", "HTTPS"), httpHeaders: headers }),
  tcpSocket: fields({ port: portNumberOrName }),
  grpc: fields({ port: portNumberOrName }),
};

const ACTION_NAMES = [...Object.keys(ACTIONS), "sleep"];

/** Exactly one action. `grace` is the pod's terminationGracePeriodSeconds, which bounds a sleep. */
function handler(grace: number | undefined): Rule {
  return (value, path, errors) => {
    const given = ACTION_NAMES.filter((name) => value[name] !== undefined && value[name] !== null);
    if (given.length === 0) errors.push(required(path, "must specify a handler type"));
    given.forEach((name, position) => {
      if (position > 0) errors.push(forbiddenField(path.child(name), "may not specify more than 1 handler type"));
      else if (name === "sleep") sleep(value.sleep, grace, path.child("sleep"), errors);
      else ACTIONS[name]?.(value[name], path.child(name), errors, value);
    });
  };
}

function sleep(action: Draft, grace: number | undefined, path: FieldPath, errors: Parameters<Rule>[2]): void {
  if (grace === undefined || (action.seconds >= 0 && action.seconds <= grace)) return;
  const message = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
  errors.push(invalidValue(path, action.seconds, message));
}

const numbers = fields({
  initialDelaySeconds: nonNegative,
  timeoutSeconds: nonNegative,
  periodSeconds: nonNegative,
  successThreshold: nonNegative,
  failureThreshold: nonNegative,
  terminationGracePeriodSeconds: ifPresent(must((seconds) => seconds > 0, "must be greater than 0")),
});

const onceOnly = fields({ successThreshold: must((threshold) => threshold === 1, "must be 1") });
const noGrace = fields({
  terminationGracePeriodSeconds: ifPresent(must(() => false, "must not be set for readinessProbes")),
});

/** The three probes of a container. */
export function probes(
  container: Draft,
  grace: number | undefined,
  path: FieldPath,
  errors: Parameters<Rule>[2],
): void {
  for (const [name, more] of PROBES) {
    const probe = container[name];
    if (probe === undefined || probe === null) continue;
    const at = path.child(name);
    handler(grace)(probe, at, errors, container);
    numbers(probe, at, errors, container);
    more(probe, at, errors, container);
  }
}

/** The probes of a container, and what is peculiar to each. */
const PROBES = [
  ["livenessProbe", onceOnly],
  ["readinessProbe", noGrace],
  ["startupProbe", onceOnly],
] as const;

/** `lifecycle` of a container. */
export function lifecycle(grace: number | undefined): Rule {
  return fields({
    postStart: ifPresent(handler(grace)),
    preStop: ifPresent(handler(grace)),
  });
}
