import type { FieldError } from "@pinnace/apimachinery";
import { BASELINE_CHECKS } from "./baseline-checks.ts";
import { type Check, LEVELS, type Level, type PodTemplate, type Violation } from "./check.ts";
import { RESTRICTED_CHECKS } from "./restricted-checks.ts";

/** A level at a version: `restricted:latest`, `baseline:v1.30`. */
export interface LevelVersion {
  readonly level: Level;
  /** `latest` or `v1.x`. */
  readonly version: string;
}

/** What a namespace's labels ask for. */
export interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

export const PREFIX = "pod-security.kubernetes.io/" as const;
const OPEN: LevelVersion = Object.freeze({ level: "privileged", version: "latest" });

export function isStricter(a: Level, b: Level): boolean {
  return LEVELS.indexOf(a) > LEVELS.indexOf(b);
}

export function textOf({ level, version }: LevelVersion): string {
  return `${level}:${version}`;
}

/** What a namespace's labels say. */
interface ReadPolicy {
  readonly policy: Policy;
  readonly errors: readonly FieldError[];
}

const known = new WeakMap<object, ReadPolicy>();

/**
 * Reads the labels of a namespace. Without a `warn` label, warnings follow a stricter `enforce`. A wrong label counts as
 * restricted where it enforces, else as privileged.
 */
export function readPolicy(labels: Readonly<Record<string, string>> = NO_LABELS): ReadPolicy {
  let read = known.get(labels);
  if (read === undefined) {
    read = policyOf(labels);
    if (Object.isFrozen(labels)) known.set(labels, read);
  }
  return read;
}

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});

function policyOf(labels: Readonly<Record<string, string>>): ReadPolicy {
  const errors: FieldError[] = [];
  const read = (mode: string, fallback: Level): { level?: Level; version?: string } => ({
    ...readLevel(labels, `${PREFIX}${mode}`, fallback, errors),
    ...readVersion(labels, `${PREFIX}${mode}-version`, errors),
  });
  const enforceLabels = read("enforce", "restricted");
  const enforce = { ...OPEN, ...enforceLabels };
  const audit = { ...OPEN, ...read("audit", "privileged") };
  const warnLabels = read("warn", "privileged");
  const follows = warnLabels.level === undefined && isValidLevel(labels[`${PREFIX}enforce`]);
  const warn = { ...OPEN, ...(follows ? enforce : {}), ...warnLabels };
  return { policy: { enforce, audit, warn }, errors };
}

function isValidLevel(text: string | undefined): text is Level {
  return LEVELS.includes(text as Level);
}

function readLevel(
  labels: Readonly<Record<string, string>>,
  label: string,
  fallback: Level,
  errors: FieldError[],
): { level?: Level } {
  const text = labels[label];
  if (text === undefined) return {};
  if (isValidLevel(text)) return { level: text };
  errors.push(invalidLabel(label, text, "must be one of privileged, baseline, restricted"));
  return { level: fallback };
}

function readVersion(
  labels: Readonly<Record<string, string>>,
  label: string,
  errors: FieldError[],
): { version?: string } {
  const text = labels[label];
  if (text === undefined) return {};
  if (text === "latest" || /^v1\.(0|[1-9]\d*)$/.test(text)) return { version: text };
  errors.push(invalidLabel(label, text, 'must be "latest" or "v1.x"'));
  return { version: "latest" };
}

function invalidLabel(label: string, value: string, why: string): FieldError {
  const message = `Invalid value: ${JSON.stringify(value)}: ${why}`;
  return { type: "FieldValueInvalid", field: `metadata.labels[${label}]`, message };
}

/** What a pod violates at a level and version. */
export function violationsOf(pod: PodTemplate, { level, version }: LevelVersion): readonly Violation[] {
  const minor = version === "latest" ? Number.POSITIVE_INFINITY : Number(version.slice("v1.".length));
  return checksOf(level, minor)
    .map((check) => check.violation(pod, minor))
    .filter((violation) => violation !== undefined);
}

function checksOf(level: Level, minor: number): readonly Check[] {
  if (level === "privileged") return [];
  const checks = level === "restricted" ? [...BASELINE_CHECKS, ...RESTRICTED_CHECKS] : BASELINE_CHECKS;
  const current = checks.filter(({ since }) => since <= minor);
  const overridden = new Set(current.map(({ overrides }) => overrides));
  return current.filter(({ id }) => !overridden.has(id));
}

/** `privileged (container "c" must not ...), host namespaces (hostPID=true)`. */
export function describe(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(", ");
}
