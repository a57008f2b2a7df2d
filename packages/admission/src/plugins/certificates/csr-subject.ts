const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT_IDENTIFIER = 0x06;
/** DER of organizationName, 2.5.4.10. */
const ORGANIZATION = [0x55, 0x04, 0x0a];

/** One DER value: its tag and its content. */
interface Value {
  readonly tag: number;
  readonly content: Uint8Array;
}

/**
 * The organizations in the subject of a certificate request (base64 of PEM, as `spec.request` holds it); undefined when
 * it is none. Reads as far as the subject (RFC 2986) and verifies nothing.
 */
export function organizationsOf(request: string): readonly string[] | undefined {
  const der = decode(request);
  const [outer] = der === undefined ? [] : children(der);
  const [info] = outer?.tag === SEQUENCE ? children(outer.content) : [];
  const [, subject] = info?.tag === SEQUENCE ? children(info.content) : [];
  if (subject?.tag !== SEQUENCE) return undefined;
  return children(subject.content)
    .filter(({ tag }) => tag === SET)
    .flatMap(({ content }) => children(content))
    .map(({ content }) => children(content))
    .filter(([type]) => type?.tag === OBJECT_IDENTIFIER && ORGANIZATION.every((byte, at) => type.content[at] === byte))
    .map(([, value]) => new TextDecoder().decode(value?.content));
}

function decode(request: string): Uint8Array | undefined {
  try {
    const pem = atob(request);
    const body = /-----BEGIN CERTIFICATE REQUEST-----([\s\S]+?)-----END CERTIFICATE REQUEST-----/.exec(pem)?.[1];
    return body === undefined
      ? undefined
      : Uint8Array.from(atob(body.replace(/\s/g, "")), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The values that follow one another in `bytes`; stops at one that does not fit. */
function children(bytes: Uint8Array): readonly Value[] {
  const values: Value[] = [];
  for (let at = 0; at + 1 < bytes.length; ) {
    const { length, start } = lengthAt(bytes, at + 1);
    if (start + length > bytes.length) return values;
    values.push({ tag: bytes[at] ?? 0, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return values;
}

function lengthAt(bytes: Uint8Array, at: number): { readonly length: number; readonly start: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { length: first, start: at + 1 };
  let length = 0;
  const start = at + 1 + (first & 0x7f);
  for (let i = at + 1; i < start; i++) length = length * 256 + (bytes[i] ?? 0);
  return { length, start };
}
