import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";

/** What a look at certificates and keys has found. */
interface PkiFindings {
  readonly certificates: number;
  readonly keys: number;
  /** The end of the cluster's authority, milliseconds since the epoch. */
  readonly authorityEnds: number;
  /** What keeps a cluster from starting or its clients from coming in, one line each. */
  readonly problems: readonly string[];
}

/** Without these a cluster is another one for everybody who knows it. */
const NEEDED = ["ca.crt", "ca.key", "sa.key", "front-proxy-ca.crt", "front-proxy-ca.key"];
const AUTHORITIES = ["ca.crt", "front-proxy-ca.crt"];

/**
 * Looks at the PEM files of a cluster by name: each can be read, each certificate has its key and was signed by one of
 * the authorities, and the authorities are valid at `now`. Other certificates may have ended: they are renewed at a start.
 */
export function checkPki(files: ReadonlyMap<string, Uint8Array>, now: number): PkiFindings {
  const problems: string[] = NEEDED.filter((name) => !files.has(name)).map((name) => `${name} is missing`);
  const certificates = parsed(files, ".crt", (pem) => new X509Certificate(pem), problems);
  const keys = parsed(files, ".key", (pem) => createPrivateKey(Buffer.from(pem)), problems);
  const authorities = AUTHORITIES.flatMap((name) => certificates.get(name) ?? []);
  for (const [name, certificate] of certificates) {
    const key = keys.get(name.replace(/crt$/, "key"));
    if (key === undefined || !certificate.checkPrivateKey(key)) problems.push(`${name} and its key do not fit`);
    if (!authorities.some((authority) => certificate.verify(authority.publicKey)))
      problems.push(`${name} was not signed by an authority of this cluster`);
    if (AUTHORITIES.includes(name) && certificate.validToDate.getTime() < now)
      problems.push(`${name} has ended on ${certificate.validTo}`);
  }
  problems.push(...tokenKeyProblems(files, keys.get("sa.key")));
  const authorityEnds = certificates.get("ca.crt")?.validToDate.getTime() ?? 0;
  return { certificates: certificates.size, keys: keys.size, authorityEnds, problems };
}

function parsed<T>(
  files: ReadonlyMap<string, Uint8Array>,
  suffix: string,
  parse: (pem: Uint8Array) => T,
  problems: string[],
): Map<string, T> {
  const found = new Map<string, T>();
  for (const [name, pem] of files) {
    if (!name.endsWith(suffix)) continue;
    try {
      found.set(name, parse(pem));
    } catch {
      // What OpenSSL says of it ("bad base64 decode") helps nobody more than this.
      problems.push(`${name} cannot be read`);
    }
  }
  return found;
}

function tokenKeyProblems(files: ReadonlyMap<string, Uint8Array>, key: KeyObject | undefined): string[] {
  const pem = files.get("sa.pub");
  if (pem === undefined || key === undefined) return [];
  try {
    return createPublicKey(Buffer.from(pem)).equals(createPublicKey(key)) ? [] : ["sa.pub and sa.key do not fit"];
  } catch {
    return ["sa.pub cannot be read"];
  }
}
