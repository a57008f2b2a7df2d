import { messageOf } from "@pinnace/errors";
import type { CertificateSubject } from "./certificate-authority.ts";
import { generateKey, signingAlgorithm } from "./key.ts";
import { PkiError } from "./pki-error.ts";
import { x509 } from "./x509.ts";

/** What a certificate signing request asks for, its signature verified. */
export interface SigningRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** The parts as the library has them, to be copied into a certificate. */
  readonly subject: x509.Name;
  readonly names: x509.JsonGeneralNames;
  readonly publicKey: x509.PublicKey;
}

/** A new key pair and a PKCS #10 request for it, both PEM: what a kubelet sends to join. */
export async function createSigningRequest(
  options: CertificateSubject & { readonly dnsNames?: readonly string[]; readonly ipAddresses?: readonly string[] },
): Promise<{ readonly request: string; readonly key: string }> {
  const key = await generateKey();
  const names: x509.JsonGeneralNames = [
    ...(options.dnsNames ?? []).map((value) => ({ type: "dns", value }) as const),
    ...(options.ipAddresses ?? []).map((value) => ({ type: "ip", value }) as const),
  ];
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name([
      ...(options.organizations ?? []).map((name) => ({ O: [name] })),
      { CN: [options.commonName] },
    ]),
    keys: key,
    signingAlgorithm: signingAlgorithm(key.algorithm),
    extensions: names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
  });
  return { request: `${request.toString("pem")}\n`, key: key.pem };
}

/** Reads a PEM `CERTIFICATE REQUEST` and verifies that its sender has the key. Throws `PKI_REQUEST_INVALID`. */
export async function parseSigningRequest(pem: string): Promise<SigningRequest> {
  const request = await parseVerified(pem);
  const alternativeNames = request.getExtension(SUBJECT_ALT_NAME) as x509.SubjectAlternativeNameExtension | null;
  const names = alternativeNames?.names.toJSON() ?? [];
  const values = (type: string): string[] => names.filter((name) => name.type === type).map((name) => name.value);
  return {
    commonName: request.subjectName.getField("CN")[0] ?? "",
    organizations: request.subjectName.getField("O"),
    dnsNames: values("dns"),
    ipAddresses: values("ip"),
    emailAddresses: values("email"),
    uris: values("url"),
    subject: request.subjectName,
    names,
    publicKey: request.publicKey,
  };
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
