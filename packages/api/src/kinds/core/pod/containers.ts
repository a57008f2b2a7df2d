import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notFoundValue,
  notSupported,
  required,
  tooMany,
} from "@pinnace/apimachinery";
import { each, fields, isUnset, needed, neededOneOf, type Rule, text } from "../../rules/rule.ts";
import { dnsLabel, portName, portNumber } from "../../rules/text.ts";
import { containerResourceName } from "../resource-names.ts";
import { environment, environmentFrom } from "./environment.ts";
import { mountsAndDevices, type Volumes } from "./mounts.ts";
import { lifecycle, probes } from "./probes.ts";
import { resourceRequirements } from "./resource-requirements.ts";
import { securityContext } from "./security.ts";

/** What containers are checked against. */
export interface PodContext {
  readonly spec: Draft;
  readonly volumes: Volumes;
  readonly claims: ReadonlySet<string>;
  readonly hostUsers: boolean;
  /** terminationGracePeriodSeconds. */
  readonly grace: number | undefined;
}

const identity = fields({
  name: needed(text(dnsLabel)),
  image: needed(),
  terminationMessagePolicy: neededOneOf("File", "FallbackToLogsOnError"),
});

const protocol = neededOneOf("SCTP", "TCP", "UDP");

const ports: Rule = (value, path, errors) => {
  const names = new Set<string>();
  for (const [position, port] of (value ?? []).entries()) {
    const at = path.index(position);
    errors.push(...portNameErrors(port.name, names, at.child("name")));
    if (!port.containerPort) errors.push(required(at.child("containerPort")));
    else errors.push(...numberErrors(port.containerPort, at.child("containerPort")));
    if (port.hostPort) errors.push(...numberErrors(port.hostPort, at.child("hostPort")));
    protocol(port.protocol, at.child("protocol"), errors, port);
  }
};

function portNameErrors(name: string | undefined, names: Set<string>, path: FieldPath): FieldError[] {
  if (!name) return [];
  const messages = portName(name);
  if (messages.length > 0) return messages.map((message) => invalidValue(path, name, message));
  if (names.has(name)) return [duplicate(path, name)];
  names.add(name);
  return [];
}

function numberErrors(port: number, path: FieldPath): FieldError[] {
  return portNumber(port).map((message) => invalidValue(path, port, message));
}

const lists = fields({ ports, env: environment, envFrom: environmentFrom });
const pullPolicy = fields({ imagePullPolicy: neededOneOf("Always", "IfNotPresent", "Never") });

function resizePolicy(policies: readonly Draft[], podPolicy: string, path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  for (const [position, { resourceName = "", restartPolicy = "" }] of policies.entries()) {
    if (seen.has(resourceName)) errors.push(duplicate(path.index(position), resourceName));
    seen.add(resourceName);
    neededOneOf("cpu", "memory")(resourceName, path, errors, undefined);
    neededOneOf("NotRequired", "RestartContainer")(restartPolicy, path, errors, undefined);
    if (podPolicy === "Never" && restartPolicy !== "NotRequired") {
      errors.push(invalidValue(path, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  }
}

const securityWithHostUsers = securityContext(true);
const securityWithoutHostUsers = securityContext(false);

/** What containers of all kinds have in common. */
function common(container: Draft, context: PodContext, path: FieldPath, errors: FieldError[]): void {
  identity(container, path, errors, undefined);
  lists(container, path, errors, undefined);
  mountsAndDevices(container, context.volumes, path, errors);
  pullPolicy(container, path, errors, undefined);
  resourceRequirements(container.resources, containerResourceName, context.claims, path.child("resources"), errors);
  resizePolicy(container.resizePolicy ?? [], context.spec.restartPolicy, path.child("resizePolicy"), errors);
  const security = context.hostUsers ? securityWithHostUsers : securityWithoutHostUsers;
  security(container.securityContext, path.child("securityContext"), errors, container);
}

const ACTIONS = ["Restart", "RestartAllContainers"];
const CODE_OPERATORS = ["In", "NotIn"];

const restartRule: Rule = (rule, path, errors) => {
  if (!ACTIONS.includes(rule.action)) errors.push(notSupported(path.child("action"), rule.action ?? "", ACTIONS));
  const at = path.child("exitCodes");
  if (!rule.exitCodes) return void errors.push(required(at, "must be specified"));
  const { operator = "" } = rule.exitCodes;
  const values = rule.exitCodes.values ?? [];
  if (!CODE_OPERATORS.includes(operator)) errors.push(notSupported(at.child("operator"), operator, CODE_OPERATORS));
  if (values.length > 255) errors.push(tooMany(at.child("values"), values.length, 255));
};

/** `restartPolicy` and `restartPolicyRules` of one container (KEP-5307). */
function restartPolicy(container: Draft, path: FieldPath, errors: FieldError[]): void {
  const rules = container.restartPolicyRules ?? [];
  const at = path.child("restartPolicy");
  const policies = ["Always", "Never", "OnFailure"];
  const given = container.restartPolicy !== undefined && container.restartPolicy !== null;
  if (!given && rules.length === 0) return;
  if (!given) errors.push(required(at, "must specify restartPolicy when restart rules are used"));
  else if (!policies.includes(container.restartPolicy))
    errors.push(notSupported(at, container.restartPolicy, policies));
  const rulesPath = path.child("restartPolicyRules");
  if (rules.length > 20) errors.push(tooMany(rulesPath, rules.length, 20));
  each(restartRule)(rules, rulesPath, errors, container);
}

function hostPortConflicts(containers: readonly Draft[], path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  for (const [position, container] of containers.entries()) {
    for (const [index, { protocol, hostIP = "", hostPort }] of (container.ports ?? []).entries()) {
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      const at = path.index(position).child("ports").index(index).child("hostPort");
      if (seen.has(key)) errors.push(duplicate(at, key));
      seen.add(key);
    }
  }
}

/** `containers` of a pod. */
export function regularContainers(context: PodContext, path: FieldPath, errors: FieldError[]): void {
  const containers = context.spec.containers ?? [];
  if (containers.length === 0) return void errors.push(required(path));
  const names = new Set<string>();
  for (const [position, container] of containers.entries()) {
    const at = path.index(position);
    common(container, context, at, errors);
    if (names.has(container.name)) errors.push(duplicate(at.child("name"), container.name));
    names.add(container.name);
    if (!isUnset(container.lifecycle))
      lifecycle(context.grace)(container.lifecycle, at.child("lifecycle"), errors, container);
    probes(container, context.grace, at, errors);
    restartPolicy(container, at, errors);
  }
  hostPortConflicts(containers, path, errors);
}

const NOT_FOR_INIT = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"];

/** `initContainers` of a pod. Those that restart always are sidecars and may have probes. */
export function initContainers(context: PodContext, path: FieldPath, errors: FieldError[]): void {
  const names = new Set<string>((context.spec.containers ?? []).map((container: Draft) => container.name));
  for (const [position, container] of (context.spec.initContainers ?? []).entries()) {
    const at = path.index(position);
    common(container, context, at, errors);
    restartPolicy(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(at.child("name"), container.name));
    else if (container.name) names.add(container.name);
    hostPortConflicts([container], path, errors);
    if (container.restartPolicy === "Always") {
      if (!isUnset(container.lifecycle))
        lifecycle(context.grace)(container.lifecycle, at.child("lifecycle"), errors, container);
      probes(container, context.grace, at, errors);
    } else onlyForSidecars(container, at, errors);
  }
}

function onlyForSidecars(container: Draft, path: FieldPath, errors: FieldError[]): void {
  for (const name of NOT_FOR_INIT) {
    if (!container[name]) continue;
    errors.push(forbiddenField(path.child(name), "may not be set for init containers without restartPolicy=Always"));
  }
  for (const [position, policy] of (container.resizePolicy ?? []).entries()) {
    if (policy.restartPolicy !== "RestartContainer") continue;
    const message = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    const at = path.child("resizePolicy").index(position).child("restartPolicy");
    errors.push(invalidValue(at, policy.restartPolicy, message));
  }
}

const NOT_FOR_EPHEMERAL = [
  "ports",
  "resources",
  "resizePolicy",
  "restartPolicy",
  "restartPolicyRules",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
];

function isGiven(value: Draft): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** `ephemeralContainers` of a pod: for debugging, so most of what keeps a service alive is forbidden (KEP-277). */
export function ephemeralContainers(context: PodContext, path: FieldPath, errors: FieldError[]): void {
  const { spec } = context;
  const others = new Set<string>([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((each) => each.name));
  const names = new Set(others);
  const detail = "cannot be set for an Ephemeral Container";
  for (const [position, container] of (spec.ephemeralContainers ?? []).entries()) {
    const at = path.index(position);
    common(container, context, at, errors);
    imageWithoutSpace(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(at.child("name"), container.name));
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) errors.push(notFoundValue(at.child("targetContainerName"), target));
    for (const name of NOT_FOR_EPHEMERAL) {
      if (isGiven(container[name])) errors.push(forbiddenField(at.child(name), detail));
    }
    for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
      for (const name of ["subPath", "subPathExpr"]) {
        if (mount[name]) errors.push(forbiddenField(at.child("volumeMounts").index(index).child(name), detail));
      }
    }
  }
}

/** Pods, but not templates, refuse an image with space around it. */
export function imageWithoutSpace(container: Draft, path: FieldPath, errors: FieldError[]): void {
  const image = container.image ?? "";
  if (image.trim() === image) return;
  errors.push(invalidValue(path.child("image"), image, "must not have leading or trailing whitespace"));
}
