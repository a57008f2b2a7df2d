import type { CertificateSubject } from "./certificate-authority.ts";
import { readCertificationRequest } from "./certification-request.ts";
import { generateKey, signingAlgorithm } from "./key.ts";
import { x509 } from "./x509.ts";

/** What a certificate signing request asks for, its signature verified. */
export interface SigningRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
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
  const { subject, names } = await readCertificationRequest(pem);
  const values = (type: string): string[] => names.filter((name) => name.type === type).map((name) => name.value);
  return {
    commonName: subject.getField("CN")[0] ?? "",
    organizations: subject.getField("O"),
    dnsNames: values("dns"),
    ipAddresses: values("ip"),
    emailAddresses: values("email"),
    uris: values("url"),
  };
}
