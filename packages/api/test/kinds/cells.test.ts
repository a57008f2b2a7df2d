import { describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds/index.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");
const metadata = { name: "a", creationTimestamp: "2026-01-01T00:00:00Z" };

function cells(kind: string, object: object): unknown {
  return kinds[kind]?.cells?.({ metadata, ...object }, { now: NOW });
}

describe("pod cells", () => {
  const running = { name: "c", ready: true, restartCount: 0, state: { running: {} } };
  const spec = { containers: [{ name: "c" }] };
  const cases: readonly [string, object, readonly unknown[]][] = [
    ["running", { spec, status: { phase: "Running", containerStatuses: [running] } }, ["1/1", "Running", "0"]],
    ["pending without statuses", { spec, status: { phase: "Pending" } }, ["0/1", "Pending", "0"]],
    [
      "waiting",
      {
        spec,
        status: {
          phase: "Pending",
          containerStatuses: [{ ...running, ready: false, state: { waiting: { reason: "ImagePullBackOff" } } }],
        },
      },
      ["0/1", "ImagePullBackOff", "0"],
    ],
    [
      "completed",
      {
        spec,
        status: {
          phase: "Succeeded",
          containerStatuses: [
            { ...running, ready: false, state: { terminated: { reason: "Completed", exitCode: 0 } } },
          ],
        },
      },
      ["0/1", "Completed", "0"],
    ],
    [
      "being deleted",
      {
        metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:59:00Z" },
        spec,
        status: { phase: "Running", containerStatuses: [running] },
      },
      ["1/1", "Terminating", "0"],
    ],
    ["evicted", { spec, status: { phase: "Failed", reason: "Evicted" } }, ["0/1", "Evicted", "0"]],
  ];
  it.each(cases)("%s", (_, object, expected) => {
    expect((cells("v1/Pod", object) as unknown[]).slice(1, 4)).toEqual(expected);
  });
});

describe("cells of other kinds", () => {
  const cases: readonly [string, object, readonly unknown[]][] = [
    [
      "rbac.authorization.k8s.io/v1/RoleBinding",
      {
        roleRef: { kind: "Role", name: "r" },
        subjects: [
          { kind: "User", name: "u" },
          { kind: "User", name: "v" },
          { kind: "ServiceAccount", name: "s", namespace: "n" },
        ],
      },
      ["a", "Role/r", "60m", "u, v", "", "n/s"],
    ],
    [
      "networking.k8s.io/v1/Ingress",
      {
        spec: { rules: ["a", "b", "c", "d"].map((host) => ({ host })), tls: [{}] },
        status: { loadBalancer: { ingress: [{ ip: "192.0.2.2" }, { hostname: "h" }] } },
      },
      ["a", "<none>", "a,b,c + 1 more...", "192.0.2.2,h", "80, 443", "60m"],
    ],
    [
      "storage.k8s.io/v1/StorageClass",
      {
        metadata: { ...metadata, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
        provisioner: "p",
      },
      ["a (default)", "p", "Delete", "Immediate", false, "60m"],
    ],
    [
      "v1/PersistentVolume",
      {
        spec: {
          capacity: { storage: "1Gi" },
          accessModes: ["ReadWriteMany", "ReadWriteOnce"],
          persistentVolumeReclaimPolicy: "Retain",
          claimRef: { namespace: "n", name: "c" },
        },
        status: { phase: "Bound" },
      },
      ["a", "1Gi", "RWO,RWX", "Retain", "Bound", "n/c", "", "<unset>", "", "60m", "<unset>"],
    ],
    [
      "v1/PersistentVolumeClaim",
      { spec: {}, status: { phase: "Pending" } },
      ["a", "Pending", "", "", "", "", "<unset>", "60m", "<unset>"],
    ],
    [
      "certificates.k8s.io/v1/CertificateSigningRequest",
      {
        spec: { signerName: "e.com/s", username: "u", expirationSeconds: 3600 },
        status: { conditions: [{ type: "Approved" }], certificate: "x" },
      },
      ["a", "60m", "e.com/s", "u", "60m", "Approved,Issued"],
    ],
    [
      "flowcontrol.apiserver.k8s.io/v1/FlowSchema",
      {
        spec: { priorityLevelConfiguration: { name: "l" }, matchingPrecedence: 5 },
        status: { conditions: [{ type: "Dangling", status: "False" }] },
      },
      ["a", "l", 5, "<none>", "60m", "False"],
    ],
    [
      "apiregistration.k8s.io/v1/APIService",
      { spec: {}, status: { conditions: [{ type: "Available", status: "False", reason: "Nope" }] } },
      ["a", "Local", "False (Nope)", "60m"],
    ],
    [
      "resource.k8s.io/v1/ResourceClaim",
      { status: { allocation: {}, reservedFor: [{}] } },
      ["a", "allocated,reserved", "60m"],
    ],
    [
      "scheduling.k8s.io/v1alpha2/PodGroup",
      {
        spec: { schedulingPolicy: { gang: {} } },
        status: { conditions: [{ type: "PodGroupScheduled", status: "True" }] },
      },
      ["a", "Gang", "<none>", "Scheduled", "60m"],
    ],
    [
      "storagemigration.k8s.io/v1beta1/StorageVersionMigration",
      {
        spec: { resource: { group: "apps", resource: "deployments" } },
        status: { conditions: [{ type: "Running", status: "True" }] },
      },
      ["a", "deployments.apps", "Running"],
    ],
    [
      "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding",
      { spec: { policyName: "p", paramRef: { name: "q" } } },
      ["a", "p", "*/q", "60m"],
    ],
  ];
  it.each(cases)("%s", (kind, object, expected) => {
    expect(cells(kind, object)).toEqual(expected);
  });

  it("gives every kind as many cells as columns", () => {
    for (const [kind, { columns, cells: cellsOf }] of Object.entries(kinds)) {
      if (!columns) continue;
      const count = cellsOf?.({ metadata }, { now: NOW }).length ?? 0;
      expect(count, kind).toBeGreaterThanOrEqual(columns.length);
    }
  });
});
