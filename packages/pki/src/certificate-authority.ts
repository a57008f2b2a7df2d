import { createPublicKey, randomBytes, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import { readCertificationRequest } from "./certification-request.ts";
import { generateKey, loadKey, type SigningKey, signingAlgorithm } from "./key.ts";
import { PkiError } from "./pki-error.ts";
import { x509 } from "./x509.ts";

/** A certificate and its private key, both PEM. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

/** Who a certificate is for. Kubernetes reads `commonName` as the user's name and `organizations` as its groups. */
export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

/** What a certificate is to be good for. */
export interface CertificateRequest extends CertificateSubject {
  /** DNS names and IP addresses (v4 and v6) of a server; the kind of each is recognised. */
  readonly subjectAltNames?: readonly string[];
  readonly usages: readonly ("client" | "server")[];
  /** Milliseconds from now; the default is one year. Never beyond the authority's own end. */
  readonly lifetime?: number;
}

/** Issues certificates. */
export interface CertificateAuthority {
  /** The authority's certificate, PEM. */
  readonly certificate: string;
  /** The authority's private key, PEM. */
  readonly key: string;
  /** Makes a key pair (ECDSA P-256) and a certificate for it. */
  issue(request: CertificateRequest): Promise<CertificateAndKey>;
  /**
   * Signs a PEM PKCS #10 request: subject, alternative names and key are the request's, the rest is the caller's.
   * Throws `PKI_REQUEST_INVALID`.
   */
  sign(csr: string, terms: Pick<CertificateRequest, "usages" | "lifetime">): Promise<string>;
}

const DAY = 24 * 60 * 60 * 1000;
/** One year, as kubeadm has it. */
export const CERTIFICATE_LIFETIME: number = 365 * DAY;
/** Ten years, as kubeadm has it. */
export const CA_LIFETIME: number = 10 * CERTIFICATE_LIFETIME;
/** Certificates begin a little before now, so that a peer whose clock is behind accepts them. */
const BACKDATE = 5 * 60 * 1000;

/** A new self-signed authority with an ECDSA P-256 key. `lifetime` in milliseconds, ten years by default. */
export async function createCertificateAuthority(options: {
  readonly clock: Pick<Clock, "now">;
  readonly commonName: string;
  readonly lifetime?: number;
}): Promise<CertificateAuthority> {
  const key = await generateKey();
  const now = options.clock.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: new x509.Name([{ CN: [options.commonName] }]),
    notBefore: wholeSecond(now - BACKDATE),
    notAfter: wholeSecond(now + (options.lifetime ?? CA_LIFETIME)),
    signingAlgorithm: signingAlgorithm(key.algorithm),
    keys: key,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(CA_USAGES, true),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: options.commonName }]),
      await x509.SubjectKeyIdentifierExtension.create(key.publicKey),
    ],
  });
  return new Authority(certificate, key, options.clock);
}

/** An authority from its PEM certificate and key. Throws `PKI_INVALID_PEM` and `PKI_CA_EXPIRED`. */
export async function loadCertificateAuthority(
  pair: CertificateAndKey,
  options: { readonly clock: Pick<Clock, "now"> },
): Promise<CertificateAuthority> {
  const certificate = parseCertificate(pair.certificate);
  const key = await loadKey(pair.key);
  const now = options.clock.now();
  if (!new X509Certificate(pair.certificate).publicKey.equals(createPublicKey(pair.key)))
    throw new PkiError("PKI_INVALID_PEM", "the authority's certificate and key do not belong together");
  if (now >= certificate.notAfter.getTime() || now < certificate.notBefore.getTime())
    throw new PkiError(
      "PKI_CA_EXPIRED",
      `the authority's certificate is valid from ${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}`,
      { remedy: "remove the certificate directory to make a new authority; every client then needs new credentials" },
    );
  return new Authority(certificate, key, options.clock);
}

class Authority implements CertificateAuthority {
  readonly certificate: string;
  readonly key: string;
  readonly #certificate: x509.X509Certificate;
  readonly #key: SigningKey;
  readonly #clock: Pick<Clock, "now">;

  constructor(certificate: x509.X509Certificate, key: SigningKey, clock: Pick<Clock, "now">) {
    this.certificate = `${certificate.toString("pem")}\n`;
    this.key = key.pem;
    this.#certificate = certificate;
    this.#key = key;
    this.#clock = clock;
  }

  async issue(request: CertificateRequest): Promise<CertificateAndKey> {
    const key = await generateKey();
    const { commonName, organizations = [] } = request;
    const subject = new x509.Name([...organizations.map((name) => ({ O: [name] })), { CN: [commonName] }]);
    const names = (request.subjectAltNames ?? []).map(
      (value) => ({ type: isIP(value) ? "ip" : "dns", value }) as const,
    );
    return { certificate: await this.#issue(key.publicKey, subject, names, request), key: key.pem };
  }

  async sign(csr: string, terms: Pick<CertificateRequest, "usages" | "lifetime">): Promise<string> {
    const request = await readCertificationRequest(csr);
    return this.#issue(request.publicKey, request.subject, request.names, terms);
  }

  async #issue(
    publicKey: x509.PublicKeyType,
    subject: x509.Name,
    names: x509.JsonGeneralNames,
    terms: Pick<CertificateRequest, "usages" | "lifetime">,
  ): Promise<string> {
    const now = this.#clock.now();
    const end = Math.min(now + (terms.lifetime ?? CERTIFICATE_LIFETIME), this.#certificate.notAfter.getTime());
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject,
      issuer: this.#certificate.subjectName,
      notBefore: wholeSecond(now - BACKDATE),
      notAfter: wholeSecond(end),
      signingAlgorithm: signingAlgorithm(this.#key.algorithm),
      publicKey,
      signingKey: this.#key.privateKey,
      extensions: [
        new x509.KeyUsagesExtension(LEAF_USAGES, true),
        new x509.ExtendedKeyUsageExtension(terms.usages.map((usage) => EXTENDED_USAGES[usage])),
        new x509.BasicConstraintsExtension(false, undefined, true),
        await x509.AuthorityKeyIdentifierExtension.create(this.#key.publicKey),
        ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
      ],
    });
    return `${certificate.toString("pem")}\n`;
  }
}

const CA_USAGES =
  x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.keyCertSign;
const LEAF_USAGES = x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment;
const EXTENDED_USAGES = { server: x509.ExtendedKeyUsage.serverAuth, client: x509.ExtendedKeyUsage.clientAuth } as const;

function parseCertificate(pem: string): x509.X509Certificate {
  try {
    return new x509.X509Certificate(pem);
  } catch (cause) {
    throw new PkiError("PKI_INVALID_PEM", `not a certificate: ${messageOf(cause)}`, { cause });
  }
}

/** 127 random bits: positive, and never starting with a zero byte. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function wholeSecond(instant: number): Date {
  return new Date(Math.floor(instant / 1000) * 1000);
}
