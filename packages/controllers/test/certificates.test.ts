import { CERTIFICATE_SIGNING_REQUESTS, type CertificateSigningRequest } from "@pinnace/api";
import { formatTime } from "@pinnace/apimachinery";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RequestedCertificate } from "../src/certificates/certificate-signer.ts";
import { isOutdated } from "../src/certificates/cleaner-controller.ts";
import { certificateApprovingController, certificateSigningController } from "../src/certificates/index.ts";
import { SIGNER_RULES } from "../src/certificates/signer-rules.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

const NODE: RequestedCertificate = {
  commonName: "system:node:n",
  organizations: ["system:nodes"],
  dnsNames: [],
  ipAddresses: [],
  emailAddresses: [],
  uris: [],
};

const CLIENT = "kubernetes.io/kube-apiserver-client";
const KUBELET = "kubernetes.io/kube-apiserver-client-kubelet";
const SERVING = "kubernetes.io/kubelet-serving";

describe("what a signer refuses", () => {
  it.each<[string, Partial<RequestedCertificate>, readonly string[], string | undefined]>([
    [CLIENT, {}, ["client auth"], undefined],
    [CLIENT, {}, ["server auth"], "invalid usage for client certificate: server auth"],
    [CLIENT, {}, ["digital signature"], "missing required usage for client certificate: client auth"],
    [KUBELET, {}, ["client auth", "digital signature"], undefined],
    [KUBELET, {}, ["client auth", "digital signature", "key encipherment"], undefined],
    [KUBELET, {}, ["client auth"], "usages did not match [client auth digital signature key encipherment]"],
    [KUBELET, { organizations: ["a"] }, [], "subject organization is not system:nodes"],
    [KUBELET, { dnsNames: ["a"] }, [], "DNS subjectAltNames are not allowed"],
    [KUBELET, { ipAddresses: ["10.0.0.1"] }, [], "IP subjectAltNames are not allowed"],
    [KUBELET, { emailAddresses: ["a@b"] }, [], "Email subjectAltNames are not allowed"],
    [KUBELET, { uris: ["a:b"] }, [], "URI subjectAltNames are not allowed"],
    [
      KUBELET,
      { commonName: "n" },
      ["client auth", "digital signature"],
      "subject common name does not begin with system:node:",
    ],
    [SERVING, { dnsNames: ["n"] }, ["server auth", "digital signature"], undefined],
    [SERVING, {}, ["server auth", "digital signature"], "DNS or IP subjectAltName is required"],
    [
      SERVING,
      { dnsNames: ["n"] },
      ["client auth", "digital signature"],
      "usages did not match [digital signature key encipherment server auth]",
    ],
  ])("%s %j %j: %s", (signer, requested, usages, message) => {
    expect(SIGNER_RULES.get(signer)?.({ ...NODE, ...requested }, usages)).toBe(message);
  });
});

describe("when a request is deleted", () => {
  const HOUR = 3600_000;
  const NOW = Date.parse("2026-01-02T00:00:00Z");
  const at = (hours: number) => formatTime(NOW - hours * HOUR);
  const decided = (type: string, hours: number, certificate?: string): CertificateSigningRequest["status"] => ({
    conditions: [{ type, status: "True", lastUpdateTime: at(hours) }],
    ...(certificate === undefined ? {} : { certificate }),
  });
  it.each<[string, number, CertificateSigningRequest["status"], boolean]>([
    ["pending", 23, {}, false],
    ["pending for long", 25, {}, true],
    ["denied", 3, decided("Denied", 0.5), false],
    ["denied long ago", 3, decided("Denied", 2), true],
    ["failed long ago", 3, decided("Failed", 2), true],
    ["signed long ago", 3, decided("Approved", 2, "c"), true],
    ["approved, not signed", 3, decided("Approved", 2), false],
  ])("%s", (_name, age, status, outdated) => {
    const spec = { request: "", signerName: CLIENT };
    const request = { metadata: { creationTimestamp: at(age) }, spec, ...(status ? { status } : {}) };
    expect(isOutdated(request, NOW)).toBe(outdated);
  });
});

describe("a kubelet that joins", () => {
  let plane: ControlPlane;
  const signed: number[] = [];
  const signer = {
    parse: async () => NODE,
    sign: async (_request: string, { lifetime }: { lifetime: number }) => {
      signed.push(lifetime);
      return "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
    },
  };

  beforeEach(async () => {
    plane = await startControlPlane([certificateApprovingController(signer), certificateSigningController(signer)]);
  });
  afterEach(() => plane.stop());

  it("is approved and gets a certificate that is good for as long as it asked", async () => {
    await plane.create(CERTIFICATE_SIGNING_REQUESTS, {
      metadata: { name: "join" },
      spec: {
        request: REQUEST,
        signerName: KUBELET,
        usages: ["client auth", "digital signature"],
        expirationSeconds: 3600,
      },
    });
    await plane.clock.settle();
    const { status } = await plane.get(CERTIFICATE_SIGNING_REQUESTS, "join");
    expect(status?.conditions?.map(({ type, reason }) => [type, reason])).toEqual([["Approved", "AutoApproved"]]);
    expect(status?.certificate).toBeDefined();
    expect(signed).toEqual([3600_000]);
  });
});

const REQUEST = btoa("-----BEGIN CERTIFICATE REQUEST-----\nMA==\n-----END CERTIFICATE REQUEST-----\n");
