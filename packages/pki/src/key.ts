import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, webcrypto } from "node:crypto";
import { promisify } from "node:util";
import { messageOf } from "@pinnace/errors";
import { PkiError } from "./pki-error.ts";

/** A key pair: the objects that sign, and the private key as PKCS #8 PEM. */
export interface SigningKey {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  readonly algorithm: KeyAlgorithmName;
  readonly pem: string;
}

type KeyAlgorithmName = "ECDSA" | "RSA";

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

/** How a key of this algorithm signs certificates: with SHA-256. */
export function signingAlgorithm(algorithm: KeyAlgorithmName): { name: string; hash: string } {
  return { name: algorithm === "ECDSA" ? "ECDSA" : "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
}

/** A new ECDSA P-256 key pair. */
export async function generateKey(): Promise<SigningKey> {
  const pair = await webcrypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const der = await webcrypto.subtle.exportKey("pkcs8", pair.privateKey);
  return { ...pair, algorithm: "ECDSA", pem: toPem("PRIVATE KEY", new Uint8Array(der)) };
}

/** A new RSA key of 2048 bits, as PKCS #8 PEM: slow to make, and what consumers of RS256 tokens alone understand. */
export async function generateRsaKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return privateKey;
}

/**
 * A key pair from a PEM private key: ECDSA P-256/P-384/P-521 or RSA, as PKCS #8, SEC 1 or PKCS #1.
 * Throws `PKI_INVALID_PEM`.
 */
export async function loadKey(pem: string): Promise<SigningKey> {
  const key = parsePrivateKey(pem);
  const algorithm: KeyAlgorithmName = key.asymmetricKeyType === "ec" ? "ECDSA" : "RSA";
  const parameters = importParameters(key);
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey("pkcs8", pkcs8, parameters, true, ["sign"]),
    webcrypto.subtle.importKey("spki", spki, parameters, true, ["verify"]),
  ]);
  return { privateKey, publicKey, algorithm, pem };
}

/** The public half of a PEM private key, as SPKI PEM (`PUBLIC KEY`). Throws `PKI_INVALID_PEM`. */
export function publicKeyOf(pem: string): string {
  return createPublicKey(parsePrivateKey(pem)).export({ type: "spki", format: "pem" }).toString();
}

/** Wraps DER bytes in PEM armour with lines of 64 characters. */
function toPem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString("base64");
  return `-----BEGIN ${label}-----\n${base64.replace(/.{1,64}/g, "$&\n")}-----END ${label}-----\n`;
}

function parsePrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new PkiError("PKI_INVALID_PEM", `not a private key: ${messageOf(cause)}`, { cause });
  }
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

function importParameters(key: KeyObject): webcrypto.EcKeyImportParams | webcrypto.RsaHashedImportParams {
  if (key.asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const namedCurve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (key.asymmetricKeyType === "ec" && namedCurve !== undefined) return { name: "ECDSA", namedCurve };
  throw new PkiError("PKI_INVALID_PEM", `a key of type ${key.asymmetricKeyType ?? "unknown"} cannot sign certificates`);
}
