import { deepFreeze, type KubernetesObject } from "@pinnace/apimachinery";
import type { Entry, Value } from "@pinnace/store";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What an object that carries a resourceVersion was made of. */
interface Origin {
  readonly value: ObjectValue;
  readonly revision: number;
  bytes?: Uint8Array;
}

const origins = new WeakMap<object, Origin>();

/**
 * An object as the store keeps it: without `resourceVersion`, `kind` and `apiVersion` first. The encoding is made at
 * most once; the form that clients see is the same bytes with the resourceVersion put in.
 */
export class ObjectValue implements Value {
  readonly object: KubernetesObject;
  #bytes: Uint8Array | undefined;
  #served: KubernetesObject | undefined;
  #revision = 0;

  constructor(object: KubernetesObject, bytes?: Uint8Array) {
    this.object = object;
    this.#bytes = bytes;
  }

  bytes(): Uint8Array {
    this.#bytes ??= encoder.encode(JSON.stringify(this.object));
    return this.#bytes;
  }

  /** The object with `metadata.resourceVersion`: one shared, frozen instance for each revision asked last. */
  at(revision: number): KubernetesObject {
    if (this.#served !== undefined && this.#revision === revision) return this.#served;
    const served = this.#make(revision);
    if (this.#served === undefined) {
      this.#served = served;
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

/** Brings a finished draft into the stored form and freezes it. The draft must not be changed afterwards. */
export function storedValue(draft: KubernetesObject): ObjectValue {
  const { kind, apiVersion, metadata, ...rest } = draft as Record<string, unknown> & KubernetesObject;
  const { resourceVersion: _, selfLink: __, ...meta } = metadata ?? {};
  return new ObjectValue(deepFreeze({ kind, apiVersion, metadata: meta, ...rest } as KubernetesObject));
}

/** The value of an entry, decoded when the engine gave back bytes instead of the instance that was written. */
export function objectValueOf(entry: Entry): ObjectValue {
  if (entry.value instanceof ObjectValue) return entry.value;
  const known = decoded.get(entry.value);
  if (known) return known;
  const bytes = entry.value.bytes();
  const value = new ObjectValue(deepFreeze(JSON.parse(decoder.decode(bytes)) as KubernetesObject), bytes);
  decoded.set(entry.value, value);
  return value;
}

const decoded = new WeakMap<Value, ObjectValue>();

/** Where `"metadata":{` ends in the encoding of the stored form. */
function metadataOffset(object: KubernetesObject): number {
  return headOf(object).length + '"metadata":{'.length;
}

function headOf(object: KubernetesObject): string {
  return `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)},`;
}

/** The JSON of an object: the stored bytes when it came from the store, else encoded now. */
export function encodeObject(object: object): Uint8Array {
  const origin = origins.get(object);
  if (origin === undefined) return encodeOnce(object);
  origin.bytes ??= withRevision(origin.value, origin.revision);
  return origin.bytes;
}

const encoded = new WeakMap<object, Uint8Array>();

function encodeOnce(object: object): Uint8Array {
  let bytes = encoded.get(object);
  if (bytes === undefined) {
    bytes = encoder.encode(JSON.stringify(object));
    if (Object.isFrozen(object)) encoded.set(object, bytes);
  }
  return bytes;
}

function withRevision(value: ObjectValue, revision: number): Uint8Array {
  const bytes = value.bytes();
  const offset = metadataOffset(value.object);
  const inserted = encoder.encode(`"resourceVersion":"${revision}",`);
  const result = new Uint8Array(bytes.length + inserted.length);
  result.set(bytes.subarray(0, offset));
  result.set(inserted, offset);
  result.set(bytes.subarray(offset), offset + inserted.length);
  return result;
}

/** Encodes an item of a list of built-in kinds, which carries neither `kind` nor `apiVersion`, without its opening brace. */
export function encodeItemTail(object: KubernetesObject): Uint8Array {
  const bytes = encodeObject(object);
  return bytes.subarray(headOf(object).length);
}
