/** What a PKCS #10 request asks for. */
export interface RequestedCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
}

/** The cluster's authority, as far as the controllers of CertificateSigningRequests need it. `@pinnace/pki` has one. */
export interface CertificateSigner {
  /** Reads a PEM `CERTIFICATE REQUEST` and verifies its signature; throws for one that is not valid. */
  parse(request: string): Promise<RequestedCertificate>;
  /** Signs it; `lifetime` in milliseconds. Answers the certificate as PEM. */
  sign(
    request: string,
    terms: { readonly usages: readonly ("client" | "server")[]; readonly lifetime: number },
  ): Promise<string>;
}
