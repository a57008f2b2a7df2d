import { deepFreeze, type KubernetesObject } from "@pinnace/apimachinery";
import type { Entry, Value } from "@pinnace/store";
import { freezeMeasured } from "./freeze-measured.ts";
import { memberText } from "./member-text.ts";
import { objectText } from "./object-text.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Which stored value an object that carries a resourceVersion was made of. */
interface Origin {
  readonly value: ObjectValue;
  readonly revision: number;
}

const origins = new WeakMap<object, Origin>();

/**
 * An object as the store keeps it: without `resourceVersion`, `kind`, `apiVersion` and `metadata` first. Once its JSON
 * is known, that is all it keeps: the decoded object lives as long as somebody else holds it, and is decoded again when it
 * is asked for. What clients see is the same JSON with the resourceVersion put in.
 */
export class ObjectValue implements Value {
  /** Undefined once the JSON is known. */
  #object: KubernetesObject | undefined;
  #decoded: WeakRef<KubernetesObject> | undefined;
  #text: string | undefined;
  /** Where the JSON is when an engine keeps it. */
  readonly #source: Value | undefined;
  #bytes: Uint8Array | undefined;
  #served: KubernetesObject | WeakRef<KubernetesObject> | undefined;
  #revision = 0;
  #units: number;

  constructor(object: KubernetesObject | undefined, source?: Value, units: number = Number.POSITIVE_INFINITY) {
    this.#object = object;
    this.#source = source;
    this.#units = units;
  }

  /** At least the number of UTF-16 units of the JSON before any is escaped; infinite when nobody has counted them. */
  get units(): number {
    return this.#units;
  }

  get object(): KubernetesObject {
    const present = this.#object ?? this.#decoded?.deref();
    if (present !== undefined) return present;
    const object = deepFreeze(JSON.parse(this.text()) as KubernetesObject);
    this.#decoded = new WeakRef(object);
    return object;
  }

  /** The JSON of the stored form. */
  text(): string {
    if (this.#text !== undefined) return this.#text;
    if (this.#source !== undefined) return decoder.decode(this.#source.bytes());
    const object = this.#object as KubernetesObject;
    this.#text = objectText(object);
    this.#object = undefined;
    this.#decoded = new WeakRef(object);
    if (this.#served !== undefined) this.#served = new WeakRef(this.#served as KubernetesObject);
    return this.#text;
  }

  /** The encoding; kept until {@link settle}, because engines ask for it several times while they write. */
  bytes(): Uint8Array {
    if (this.#source !== undefined) return this.#source.bytes();
    if (this.#bytes === undefined) {
      this.#bytes = encoder.encode(this.text());
      this.#units = Math.min(this.#units, this.#bytes.length);
    }
    return this.#bytes;
  }

  /** The value is written: its JSON is kept as text only. */
  settle(): void {
    this.#bytes = undefined;
  }

  /** The JSON with the resourceVersion. */
  textAt(revision: number): string {
    const text = this.text();
    const at = metadataOffset(text);
    return `${text.slice(0, at)}"resourceVersion":"${revision}",${text.slice(at)}`;
  }

  /** {@link textAt} without its first `skipped` characters, in pieces. */
  writeAt(revision: number, skipped: number, write: (text: string) => void): void {
    const text = this.text();
    const at = metadataOffset(text);
    write(text.slice(skipped, at));
    write(`"resourceVersion":"${revision}",`);
    write(text.slice(at));
  }

  /** `metadata.labels`; decodes nothing else. */
  labels(): Readonly<Record<string, string>> | undefined {
    const object = this.#object ?? this.#decoded?.deref();
    if (object !== undefined) return object.metadata?.labels;
    const text = this.text();
    const labels = memberText(text, metadataOffset(text), "labels");
    return labels === undefined ? undefined : JSON.parse(labels);
  }

  /** Whether the stored form is of this kind and version; decodes nothing. */
  isOf(kind: string, apiVersion: string): boolean {
    const object = this.#object;
    if (object !== undefined) return object.kind === kind && object.apiVersion === apiVersion;
    const head = headOf({ kind, apiVersion });
    if (this.#source === undefined) return this.text().startsWith(head);
    return decoder.decode(this.#source.bytes().subarray(0, head.length)) === head;
  }

  /** The object with `metadata.resourceVersion`: one shared, frozen instance for the revision asked first. */
  at(revision: number): KubernetesObject {
    if (this.#revision === revision) {
      const served = this.#served instanceof WeakRef ? this.#served.deref() : this.#served;
      if (served !== undefined) return served;
    }
    const served = this.#make(revision);
    if (this.#revision === 0 || this.#revision === revision) {
      this.#served = this.#object === undefined ? new WeakRef(served) : served;
      this.#revision = revision;
    }
    return served;
  }

  #make(revision: number): KubernetesObject {
    const { kind, apiVersion, metadata, ...rest } = this.object as Record<string, unknown> & KubernetesObject;
    const served = Object.freeze({
      kind,
      apiVersion,
      metadata: Object.freeze({ resourceVersion: String(revision), ...metadata }),
      ...rest,
    }) as KubernetesObject;
    origins.set(served, { value: this, revision });
    return served;
  }
}

/** What is stored of an object before it is written anew. */
interface Previous {
  readonly object: KubernetesObject;
  readonly value: ObjectValue;
}

/**
 * Brings a finished draft into the stored form and freezes it. The draft must not be changed afterwards. Parts that it has
 * from `previous` are frozen and measured already.
 */
export function storedValue(draft: KubernetesObject, previous?: Previous): ObjectValue {
  const { kind, apiVersion, metadata, ...rest } = draft as Record<string, unknown> & KubernetesObject;
  const { resourceVersion: _, selfLink: __, ...meta } = metadata ?? {};
  const object = { kind, apiVersion, metadata: meta, ...rest } as KubernetesObject;
  const { units, kept } = freezeMeasured(object, previous?.object);
  return new ObjectValue(object, undefined, kept && previous !== undefined ? units + previous.value.units : units);
}

/** The value of an entry: the instance that was written, or one over the bytes that the engine gave back. */
export function objectValueOf(entry: Entry): ObjectValue {
  if (entry.value instanceof ObjectValue) return entry.value;
  let value = overBytes.get(entry.value);
  if (value === undefined) {
    value = new ObjectValue(undefined, entry.value);
    overBytes.set(entry.value, value);
  }
  return value;
}

const overBytes = new WeakMap<Value, ObjectValue>();

const METADATA = '"metadata":{';

/** Where `"metadata":{` ends in the JSON of the stored form; neither kind nor apiVersion, which stand before it, have quotes. */
function metadataOffset(text: string): number {
  return text.indexOf(METADATA) + METADATA.length;
}

/** How the JSON of an object of this kind and version begins. */
export function headOf({ kind, apiVersion }: Pick<KubernetesObject, "kind" | "apiVersion">): string {
  return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
}

/** The JSON of an object: the stored one when it came from the store; of other frozen objects it is made once. */
export function textOf(object: object): string {
  const origin = origins.get(object);
  if (origin !== undefined) return origin.value.textAt(origin.revision);
  if (!Object.isFrozen(object)) return JSON.stringify(object);
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
  }
  return text;
}

const texts = new WeakMap<object, string>();
