import { existsSync, readdirSync, readFileSync } from "node:fs";
import {
  type Draft,
  type FieldError,
  fieldPath,
  type Json,
  mergePatch,
  nameIsDnsSubdomain,
  type Strategy,
  type StrategyContext,
  validateObjectMeta,
} from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../src/kind-behaviour.ts";
import { kinds } from "../../src/kinds/index.ts";

const FOLDER = new URL("../../../../../shared/golden/cases/kinds/", import.meta.url);

interface Step {
  readonly method?: string;
  readonly path?: string;
  readonly body?: Draft;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect?: Record<string, Json>;
  /** Keys that the recording left out. */
  readonly ignore?: readonly string[];
}

interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** What one recorded create says about a kind, beside what the kind's behaviour says. */
export interface Verdict {
  readonly name: string;
  readonly kind: string;
  readonly agrees: boolean;
  readonly difference: string;
}

/** The recorded cases, when they are there. */
export function goldenFiles(): readonly string[] {
  return existsSync(FOLDER) ? readdirSync(FOLDER).filter((file) => file.endsWith(".json")) : [];
}

const CONTEXT: StrategyContext = {
  now: 0,
  user: { name: "admin", groups: ["system:masters", "system:authenticated"] },
  subresource: "",
};

/** Runs every first create of a file through default, prepareForCreate, validate and cells. */
export function walk(file: string): Verdict[] {
  const text = readFileSync(new URL(file, FOLDER), "utf8").replaceAll("{ns}", "ns").replaceAll("{id}", "id0");
  const { cases } = JSON.parse(text) as { cases: readonly Case[] };
  return cases.flatMap((each) => {
    const step = each.steps[0];
    if (step?.method !== "POST" || typeof step.body !== "object" || !step.expect) return [];
    const behaviour = kinds[`${step.body.apiVersion}/${step.body.kind}`];
    if (!behaviour || !isPlainCreate(step)) return [];
    const difference = compare(step, behaviour, step.ignore ?? []);
    return [{ name: `${file}/${each.name}`, kind: step.body.kind, agrees: difference === "", difference }];
  });
}

/** Runs every merge patch or PUT that follows a create of the same object, and compares what is wrong with it. */
export function walkUpdates(file: string): Verdict[] {
  const text = readFileSync(new URL(file, FOLDER), "utf8").replaceAll("{ns}", "ns").replaceAll("{id}", "id0");
  const { cases } = JSON.parse(text) as { cases: readonly Case[] };
  return cases.flatMap((each) => {
    const [create, update] = each.steps;
    const behaviour = kinds[`${create?.body?.apiVersion}/${create?.body?.kind}`];
    if (!create || !update || !behaviour || !isPlainCreate(create)) return [];
    const through = pathOfUpdate(create, update);
    if (through === undefined) return [];
    const difference = compareUpdate(create, update, behaviour, through);
    return [{ name: `${file}/${each.name}`, kind: create.body.kind, agrees: difference === "", difference }];
  });
}

/** The subresource that an update goes through, "" for none; undefined when it is not a plain update. */
function pathOfUpdate(create: Step, update: Step): string | undefined {
  const own = `${create.path}/${create.body.metadata?.name}`;
  const isPatch = update.method === "PATCH" && update.headers?.["Content-Type"] === "application/merge-patch+json";
  if (!isPatch && update.method !== "PUT") return undefined;
  if (update.expect?.status !== 422 && update.expect?.status !== 200) return undefined;
  return ["", "/status", "/approval"].find((suffix) => update.path === own + suffix)?.slice(1);
}

function compareUpdate(create: Step, update: Step, behaviour: KindBehaviour, through: string): string {
  const namespace = namespaceOf(create.path ?? "");
  const old = complete(create.body, namespace);
  behaviour.default?.(old);
  if (behaviour.strategy?.prepareForCreate) behaviour.strategy.prepareForCreate(old, CONTEXT);
  else delete old.status;
  behaviour.strategy?.canonicalize?.(old);
  const draft = structuredClone(update.method === "PUT" ? update.body : mergePatch(old, update.body)) as Draft;
  draft.metadata = { ...old.metadata, ...draft.metadata };
  behaviour.default?.(draft);
  const strategies = { "": behaviour.strategy, status: behaviour.statusStrategy, ...behaviour.subresourceStrategies };
  const strategy = (strategies as Record<string, Partial<Strategy> | undefined>)[through];
  if (strategy?.prepareForUpdate) strategy.prepareForUpdate(draft, old, CONTEXT);
  else if (through === "") draft.status = old.status;
  const found = strategy?.validateUpdate?.(draft, old, CONTEXT) ?? [];
  if (update.expect?.status === 422) return compareErrors(update.expect as Draft, found);
  return found.map((error) => `${error.field}: ${error.message}`).join(" | ");
}

function isPlainCreate({ path = "", expect = {} }: Step): boolean {
  const status = expect.status as number;
  const [, query = ""] = path.split("?");
  return query === "" && (status === 201 || status === 422) && !/\/(status|scale|binding|eviction|token)$/.test(path);
}

function namespaceOf(path: string): string | undefined {
  return /\/namespaces\/([^/]+)\/[^/]+$/.exec(path)?.[1];
}

function complete(body: Draft, namespace: string | undefined): Draft {
  const object = JSON.parse(JSON.stringify(body));
  object.metadata ??= {};
  object.metadata.uid = "0a1b2c3d-0000-4000-8000-000000000000";
  object.metadata.creationTimestamp = "1970-01-01T00:00:00Z";
  if (namespace) object.metadata.namespace ??= namespace;
  if (object.metadata.generateName && !object.metadata.name)
    object.metadata.name = `${object.metadata.generateName}abcde`;
  for (const map of [object.metadata.labels, object.metadata.annotations]) {
    for (const key of Object.keys(map ?? {})) map[key] ??= "";
  }
  if (object.kind === "Pod" && object.spec) object.spec.serviceAccountName ??= "default";
  return object;
}

function metadataErrors(object: Draft, behaviour: KindBehaviour, namespaced: boolean): readonly FieldError[] {
  return validateObjectMeta(fieldPath("metadata"), object.metadata, {
    namespaced,
    validateName: behaviour.strategy?.validateName ?? nameIsDnsSubdomain,
  });
}

function compare(step: Step, behaviour: KindBehaviour, ignore: readonly string[]): string {
  const namespace = namespaceOf(step.path ?? "");
  const object = complete(step.body, namespace);
  behaviour.default?.(object);
  const { strategy = {} } = behaviour;
  if (strategy.prepareForCreate) strategy.prepareForCreate(object, CONTEXT);
  else delete object.status;
  const found = [
    ...metadataErrors(object, behaviour, namespace !== undefined),
    ...(strategy.validate?.(object, CONTEXT) ?? []),
  ];
  const expected = step.expect as Draft;
  if (expected.status === 422) return compareErrors(expected, found);
  if (found.length > 0) return `unexpected: ${found.map((error) => `${error.field}: ${error.message}`).join(" | ")}`;
  strategy.canonicalize?.(object);
  const warnings = strategy.warningsOnCreate?.(object, CONTEXT) ?? [];
  const cells = behaviour.cells?.(object, { now: 0 }) ?? [];
  if (cells.length < (behaviour.columns?.length ?? 0)) return `cells: ${JSON.stringify(cells)}`;
  for (const member of ignore) delete object[member];
  const isWhole = expected.body !== undefined || expected.warning !== undefined;
  return (isWhole ? compareWarnings(expected.warning, warnings) : "") || compareBody(expected, object);
}

function text(error: { readonly field?: string; readonly message?: string; readonly reason?: string }): string {
  return `${error.field} ${error.reason} ${error.message}`;
}

function compareErrors(expected: Draft, found: readonly FieldError[]): string {
  const causes = expected.body?.details?.causes ?? expected["body.details.causes"] ?? expected["details.causes"];
  if (!Array.isArray(causes)) return found.length > 0 ? "" : "expected errors, found none";
  const want = causes.map(text).sort();
  const have = found.map(({ type, field, message }) => text({ field, message, reason: type })).sort();
  const same = want.length === have.length && want.every((line, index) => matches(line, have[index] ?? ""));
  return same ? "" : `\n  want ${want.join("\n       ")}\n  have ${have.join("\n       ")}`;
}

/** Recorded texts hold `<any>`, `<ip>` and the like where runs differ. */
function matches(want: string, have: string): boolean {
  if (want === have) return true;
  const parts = want.split(/<[a-z]+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return parts.length > 1 && new RegExp(`^${parts.join("[^]*")}$`).test(have);
}

function compareWarnings(header: string | undefined, warnings: readonly string[]): string {
  const have = warnings.map((warning) => `299 - ${JSON.stringify(warning)}`).join(", ");
  const want = (header ?? "").replace(/299 - "v1 [^"]*deprecated[^"]*"(, )?/g, "");
  return want === have || matches(want, have) ? "" : `\n  want warning ${want}\n  have warning ${have}`;
}

function at(object: Draft, path: string): Draft {
  if (path in (object ?? {})) return object[path];
  const dot = path.indexOf(".");
  if (dot < 0) return object?.[path];
  return at(object?.[path.slice(0, dot)], path.slice(dot + 1));
}

function compareBody(expected: Draft, object: Draft): string {
  if (expected.body) return differences(withoutServer(expected.body), withoutServer(object), "").join("\n  ");
  const paths = Object.keys(expected).filter((key) => !["status", "contentType", "warning"].includes(key));
  return paths
    .filter((path) => !/^(metadata|spec\.(priority|preemption|tolerations|serviceAccount))/.test(path))
    .flatMap((path) => differences(expected[path], at(object, path), path))
    .join("\n  ");
}

/** Members that admission, allocation or storage add. */
const SERVER = ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink"];
const ADMITTED = [
  "serviceAccount",
  "serviceAccountName",
  "tolerations",
  "priority",
  "preemptionPolicy",
  "clusterIP",
  "clusterIPs",
  "ipFamilies",
  "ipFamilyPolicy",
];

function withoutServer(object: Draft): Draft {
  const copy = JSON.parse(JSON.stringify(object));
  for (const member of SERVER) delete copy.metadata?.[member];
  if (copy.metadata && (copy.kind === "PersistentVolumeClaim" || copy.kind === "PersistentVolume"))
    delete copy.metadata.finalizers;
  if (copy.kind === "Pod" || copy.kind === "Service") for (const member of ADMITTED) delete copy.spec?.[member];
  if (copy.kind === "Service") for (const port of copy.spec?.ports ?? []) delete port.nodePort;
  return copy;
}

function isZero(value: Draft): boolean {
  if (value === undefined || value === null || value === 0 || value === "" || value === false) return true;
  return typeof value === "object" && Object.values(value).every(isZero);
}

function differences(want: Draft, have: Draft, path: string): string[] {
  if (isZero(want) && isZero(have)) return [];
  if (typeof want === "string" && /^<[a-zA-Z]+>$/.test(want)) return [];
  if (typeof want === "string" && typeof have === "string" && matches(want, have)) return [];
  if (typeof want !== "object" || typeof have !== "object" || want === null || have === null) {
    return want === have ? [] : [`${path}: want ${JSON.stringify(want)} have ${JSON.stringify(have)}`];
  }
  if (path.endsWith("conditions")) return [];
  const keys = new Set([...Object.keys(want), ...Object.keys(have)]);
  return [...keys].flatMap((key) => differences(want[key], have[key], path === "" ? key : `${path}.${key}`));
}
