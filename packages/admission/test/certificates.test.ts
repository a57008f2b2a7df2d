import type { Authorizer } from "@pinnace/rbac";
import { describe, expect, it } from "vitest";
import {
  createCertificateApproval,
  createCertificateSigning,
  createCertificateSubjectRestriction,
} from "../src/index.ts";
import { admit, meta, request } from "./cluster.ts";

const TARGET = "certificatesigningrequests.certificates.k8s.io";
const csr = (spec: object, status: object = {}) => ({ ...meta("csr"), spec, status });

/** Allows one verb on one name of a signer. */
const allowing = (verb: string, name: string): { authorizer: Authorizer } => ({
  authorizer: {
    authorize: async (asked) => ({
      decision: asked.verb === verb && asked.name === name && asked.resource === "signers" ? "allow" : "no-opinion",
      reason: "",
    }),
    rulesFor: async () => ({ rules: [], incomplete: false }),
  },
});

describe("CertificateApproval and CertificateSigning", () => {
  const old = csr({ signerName: "example.com/signer" });
  const approve = (verb: string, name: string) =>
    admit(
      createCertificateApproval(allowing(verb, name)),
      request(`${TARGET}/approval`, { operation: "UPDATE", object: old, oldObject: old }),
    );
  const sign = (status: object, verb: string, name: string) =>
    admit(
      createCertificateSigning(allowing(verb, name)),
      request(`${TARGET}/status`, { operation: "UPDATE", object: csr(old.spec, status), oldObject: old }),
    );

  it("ask about the signer, then about its domain", async () => {
    await approve("approve", "example.com/signer");
    await approve("approve", "example.com/*");
    await sign({ certificate: "x" }, "sign", "example.com/*");
    await sign({}, "nothing", "");
  });

  it("refuse", async () => {
    await expect(approve("sign", "example.com/signer")).rejects.toThrow(
      `${TARGET} "csr" is forbidden: user not permitted to approve requests with signerName "example.com/signer"`,
    );
    await expect(sign({ conditions: [{ type: "Failed" }] }, "approve", "example.com/*")).rejects.toThrow(
      'user not permitted to sign requests with signerName "example.com/signer"',
    );
  });
});

describe("CertificateSubjectRestriction", () => {
  /** DER by hand: a CertificationRequest as far as the subject. */
  const value = (tag: number, ...content: number[]): number[] => [
    tag,
    ...(content.length < 128 ? [] : [0x81]),
    content.length,
    ...content,
  ];
  const organization = (name: string) =>
    value(0x31, ...value(0x30, ...value(0x06, 0x55, 0x04, 0x0a), ...value(0x0c, ...new TextEncoder().encode(name))));
  const commonName = value(0x31, ...value(0x30, ...value(0x06, 0x55, 0x04, 0x03), ...value(0x0c, 0x61)));
  const pem = (...organizations: string[]) => {
    const subject = value(0x30, ...organizations.flatMap(organization), ...commonName);
    const der = value(0x30, ...value(0x30, ...value(0x02, 0), ...subject));
    const body = Buffer.from(der).toString("base64");
    return btoa(`-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`);
  };
  const create = (spec: object) => admit(createCertificateSubjectRestriction(), request(TARGET, { object: csr(spec) }));
  const signerName = "kubernetes.io/kube-apiserver-client";

  it("keeps system:masters out", async () => {
    await create({ signerName, request: pem("devs", `a long name ${"x".repeat(120)}`) });
    await create({ signerName: "example.com/signer", request: pem("system:masters") });
    await expect(create({ signerName, request: pem("devs", "system:masters") })).rejects.toThrow(
      "use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed",
    );
    for (const bad of [
      "",
      "AAAA",
      btoa("-----BEGIN CERTIFICATE REQUEST-----\nMIA=\n-----END CERTIFICATE REQUEST-----"),
    ])
      await expect(create({ signerName, request: bad })).rejects.toThrow("failed to parse CSR");
  });
});
