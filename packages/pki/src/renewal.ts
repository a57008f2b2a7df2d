import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { messageOf } from "@pinnace/errors";
import { PkiError } from "./pki-error.ts";

/** When a certificate is valid, in milliseconds since the epoch. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The validity of a PEM certificate. Throws `PKI_INVALID_PEM`. */
export function validityOf(pem: string): Validity {
  const certificate = readCertificate(pem);
  return { notBefore: certificate.validFromDate.getTime(), notAfter: certificate.validToDate.getTime() };
}

/**
 * Whether a certificate should be replaced by now: 80 % of its life are over, which is where kubelets rotate theirs
 * (client-go's certificate manager: 70 to 90 %). An expired or unreadable certificate is due.
 */
export function renewalDue(pem: string, now: number): boolean {
  const { notBefore, notAfter } = validityOf(pem);
  return now >= notBefore + 0.8 * (notAfter - notBefore);
}

/** Whether `authority` signed `pem`. Both are PEM certificates. Throws `PKI_INVALID_PEM`. */
export function isIssuedBy(pem: string, authority: string): boolean {
  const issuer = readCertificate(authority);
  const certificate = readCertificate(pem);
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** Whether a serving certificate is good for each of these DNS names and IP addresses. */
export function covers(pem: string, names: readonly string[]): boolean {
  const certificate = readCertificate(pem);
  return names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined);
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new PkiError("PKI_INVALID_PEM", `not a certificate: ${messageOf(cause)}`, { cause });
  }
}
