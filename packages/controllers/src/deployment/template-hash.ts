import type { PodTemplateSpec } from "@pinnace/api";
import { semanticEqual } from "@pinnace/apimachinery";

export const POD_TEMPLATE_HASH = "pod-template-hash";
/** Letters and digits that cannot form words by accident (apimachinery `rand.SafeEncodeString`). */
const SAFE_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789";

/**
 * The hash of a template (or other JSON), as it stands in names and labels: FNV-1a (32 bits) over the value with sorted
 * keys, written with safe characters. `collisionCount` gives another hash to the same template.
 */
export function templateHash(template: unknown, collisionCount?: number): string {
  let hash = fnv1a(0x811c9dc5, canonical(template));
  if (collisionCount !== undefined) hash = fnv1a(hash, `#${collisionCount}`);
  return safeEncode(String(hash >>> 0));
}

/** Whether two templates differ in nothing but the hash label. */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return semanticEqual(withoutHash(a), withoutHash(b));
}

function safeEncode(text: string): string {
  let encoded = "";
  for (let index = 0; index < text.length; index++)
    encoded += SAFE_CHARACTERS[text.charCodeAt(index) % SAFE_CHARACTERS.length];
  return encoded;
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  const labels = template?.metadata?.labels;
  if (labels?.[POD_TEMPLATE_HASH] === undefined) return template;
  const { [POD_TEMPLATE_HASH]: _, ...rest } = labels;
  return { ...template, metadata: { ...template?.metadata, labels: rest } };
}

function fnv1a(basis: number, text: string): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

/** JSON with sorted keys, so that the order in which a client wrote them does not matter. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}
