import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  CERTIFICATE_LIFETIME,
  createCertificateAuthority,
  createClusterPki,
  createSigningRequest,
  parseSigningRequest,
  renewalDue,
  validityOf,
} from "../src/index.ts";

const START = Date.UTC(2026, 0, 1);
const clock = { now: () => START };
const directory = await mkdtemp(join(tmpdir(), "pki-"));
afterAll(() => rm(directory, { recursive: true }));

describe("createClusterPki", () => {
  it("makes certificates that chain to the authority", async () => {
    const pki = await createClusterPki({ clock, serverNames: ["192.0.2.1", "api.example"] });
    const ca = new X509Certificate(pki.authority.certificate);
    const server = new X509Certificate(pki.apiServer.certificate);
    expect(server.verify(ca.publicKey)).toBe(true);
    for (const ip of ["127.0.0.1", "::1", "10.96.0.1", "192.0.2.1"]) expect(server.checkIP(ip)).toBe(ip);
    for (const host of ["localhost", "kubernetes.default.svc.cluster.local", "api.example"])
      expect(server.checkHost(host)).toBe(host);
    const admin = new X509Certificate(pki.admin.certificate);
    expect(admin.subject).toBe("O=system:masters\nCN=kubernetes-admin");
    expect(admin.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(ca.ca).toBe(true);
    expect(pki.serviceAccountKey.publicKey).toContain("BEGIN PUBLIC KEY");
  });

  it("keeps everything in a private directory and loads it again", async () => {
    const first = await createClusterPki({ clock, directory });
    const kubelet = await first.kubelet("n1", ["192.0.2.9"]);
    const second = await createClusterPki({ clock, directory });
    expect(second.apiServer).toEqual(first.apiServer);
    expect(second.authority.key).toBe(first.authority.key);
    expect(second.serviceAccountKey).toEqual(first.serviceAccountKey);
    expect(await second.kubelet("n1", ["192.0.2.9"])).toEqual(kubelet);
    expect((await second.kubelet("n1", ["192.0.2.10"])).serving).not.toEqual(kubelet.serving);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const file of await readdir(directory))
      if (file !== "nodes") expect((await stat(join(directory, file))).mode & 0o777, file).toBe(0o600);
  });

  it("makes an RSA key for tokens on demand", async () => {
    const { serviceAccountKey } = await createClusterPki({ clock, tokenAlgorithm: "RS256" });
    expect(createPublicKey(serviceAccountKey.publicKey).asymmetricKeyDetails?.modulusLength).toBe(2048);
  });

  it("renews what is due and keeps the authority", async () => {
    const before = await createClusterPki({ clock, directory });
    const later = { now: () => START + 0.9 * CERTIFICATE_LIFETIME };
    const after = await createClusterPki({ clock: later, directory });
    expect(after.authority.certificate).toBe(before.authority.certificate);
    expect(after.admin.certificate).not.toBe(before.admin.certificate);
    expect(await readFile(join(directory, "admin.crt"), "utf8")).toBe(after.admin.certificate);
  });

  it("refuses a certificate without its key, and an authority past its end", async () => {
    const other = await mkdtemp(join(tmpdir(), "pki-"));
    await createClusterPki({ clock, directory: other });
    const tooLate = { now: () => START + 11 * CERTIFICATE_LIFETIME };
    await expect(createClusterPki({ clock: tooLate, directory: other })).rejects.toMatchObject({
      code: "PKI_CA_EXPIRED",
    });
    await rm(join(other, "admin.key"));
    await expect(createClusterPki({ clock, directory: other })).rejects.toMatchObject({ code: "PKI_KEY_MISSING" });
    await rm(other, { recursive: true });
  });
});

describe("signing requests", () => {
  it("signs what a kubelet asks for", async () => {
    const authority = await createCertificateAuthority({ clock, commonName: "kubernetes" });
    const { request } = await createSigningRequest({
      commonName: "system:node:n1",
      organizations: ["system:nodes"],
      dnsNames: ["n1"],
      ipAddresses: ["192.0.2.3"],
    });
    expect(await parseSigningRequest(request)).toMatchObject({
      commonName: "system:node:n1",
      organizations: ["system:nodes"],
      dnsNames: ["n1"],
      ipAddresses: ["192.0.2.3"],
      emailAddresses: [],
      uris: [],
    });
    const pem = await authority.sign(request, { usages: ["server"], lifetime: 3_600_000 });
    const certificate = new X509Certificate(pem);
    expect(certificate.subject).toBe("O=system:nodes\nCN=system:node:n1");
    expect(certificate.checkIP("192.0.2.3")).toBe("192.0.2.3");
    expect(validityOf(pem).notAfter).toBe(START + 3_600_000);
    expect(renewalDue(pem, START)).toBe(false);
    expect(renewalDue(pem, START + 3_000_000)).toBe(true);
  });

  it.each([["nonsense"], ["-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"]])(
    "refuses %s",
    async (pem) => {
      await expect(parseSigningRequest(pem)).rejects.toMatchObject({ code: "PKI_REQUEST_INVALID" });
    },
  );
});
