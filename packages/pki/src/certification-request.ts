import { messageOf } from "@pinnace/errors";
import { PkiError } from "./pki-error.ts";
import { x509 } from "./x509.ts";

/** The verified parts of a request (PKCS #10), to be copied into a certificate. */
interface CertificationRequest {
  readonly subject: x509.Name;
  readonly names: x509.JsonGeneralNames;
  readonly publicKey: x509.PublicKey;
}

/** Reads a PEM `CERTIFICATE REQUEST` and verifies its signature. Throws `PKI_REQUEST_INVALID`. */
export async function readCertificationRequest(pem: string): Promise<CertificationRequest> {
  const request = await parseVerified(pem);
  const names = request.getExtension(SUBJECT_ALT_NAME) as x509.SubjectAlternativeNameExtension | null;
  return { subject: request.subjectName, names: names?.names.toJSON() ?? [], publicKey: request.publicKey };
}

const SUBJECT_ALT_NAME = "2.5.29.17";

async function parseVerified(pem: string): Promise<x509.Pkcs10CertificateRequest> {
  try {
    if (!pem.includes("-----BEGIN CERTIFICATE REQUEST-----"))
      throw new PkiError("PKI_REQUEST_INVALID", "PEM block type must be CERTIFICATE REQUEST");
    const request = new x509.Pkcs10CertificateRequest(pem);
    if (await request.verify()) return request;
  } catch (cause) {
    if (cause instanceof PkiError) throw cause;
    throw new PkiError("PKI_REQUEST_INVALID", `not a certificate request: ${messageOf(cause)}`, { cause });
  }
  throw new PkiError("PKI_REQUEST_INVALID", "the signature of the certificate request does not verify");
}
