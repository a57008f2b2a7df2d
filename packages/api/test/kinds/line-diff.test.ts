import { describe, expect, it } from "vitest";
import { difference, unifiedDiff } from "../../src/kinds/rules/line-diff.ts";

/** The texts are what upstream's diff makes of its internal types. */
it.each<[string, unknown, unknown, string]>([
  [
    "PersistentVolumeClaimSpec",
    { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, volumeMode: "Filesystem" },
    {
      accessModes: ["ReadWriteMany", "ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      volumeMode: "Filesystem",
      selector: { matchLabels: { a: "b<c" } },
    },
    '@@ -1,8 +1,13 @@\n {\n  "AccessModes": [\n+  "ReadWriteMany",\n   "ReadWriteOnce"\n  ],\n- "Selector": null,\n+ "Selector": {\n+  "matchLabels": {\n+   "a": "b\\u003cc"\n+  }\n+ },\n  "Resources": {\n   "Limits": null,\n   "Requests": {\n',
  ],
  [
    "PersistentVolumeSource",
    { hostPath: { path: "/a", type: "" } },
    { nfs: { server: "s", path: "/b" } },
    '@@ -1,12 +1,13 @@\n {\n  "GCEPersistentDisk": null,\n  "AWSElasticBlockStore": null,\n- "HostPath": {\n-  "Path": "/a",\n-  "Type": ""\n+ "HostPath": null,\n+ "Glusterfs": null,\n+ "NFS": {\n+  "Server": "s",\n+  "Path": "/b",\n+  "ReadOnly": false\n  },\n- "Glusterfs": null,\n- "NFS": null,\n  "RBD": null,\n  "Quobyte": null,\n  "ISCSI": null,\n',
  ],
  [
    "PodSpec",
    {
      containers: [
        {
          name: "a",
          image: "i",
          ports: [{ containerPort: 80, protocol: "TCP" }],
          livenessProbe: { httpGet: { path: "/", port: "http", scheme: "HTTP" }, periodSeconds: 10 },
        },
      ],
      hostNetwork: false,
      nodeName: "n",
    },
    {
      containers: [
        {
          name: "b",
          image: "i",
          ports: [{ containerPort: 80, protocol: "TCP" }],
          livenessProbe: { httpGet: { path: "/", port: 8080, scheme: "HTTP" }, periodSeconds: 10 },
        },
      ],
      hostNetwork: true,
      nodeName: "n",
      terminationGracePeriodSeconds: 5,
    },
    '@@ -3,7 +3,7 @@\n  "InitContainers": null,\n  "Containers": [\n   {\n-   "Name": "a",\n+   "Name": "b",\n    "Image": "i",\n    "Command": null,\n    "Args": null,\n@@ -33,7 +33,7 @@\n     "Exec": null,\n     "HTTPGet": {\n      "Path": "/",\n-     "Port": "http",\n+     "Port": 8080,\n      "Host": "",\n      "Scheme": "HTTP",\n      "HTTPHeaders": null\n@@ -61,7 +61,7 @@\n  ],\n  "EphemeralContainers": null,\n  "RestartPolicy": "",\n- "TerminationGracePeriodSeconds": null,\n+ "TerminationGracePeriodSeconds": 5,\n  "ActiveDeadlineSeconds": null,\n  "DNSPolicy": "",\n  "NodeSelector": null,\n@@ -69,7 +69,7 @@\n  "AutomountServiceAccountToken": null,\n  "NodeName": "n",\n  "SecurityContext": {\n-  "HostNetwork": false,\n+  "HostNetwork": true,\n   "HostPID": false,\n   "HostIPC": false,\n   "ShareProcessNamespace": null,\n',
  ],
])("a change of a %s is shown as upstream shows it", (kind, old, next, text) => {
  expect(difference(kind, old, next)).toBe(text);
});

describe("a unified diff", () => {
  const lines = (text: string): string[] => text.split("");

  it("is empty without a change", () => {
    expect(unifiedDiff(lines("abc"), lines("abc"))).toBe("");
  });

  it.each([
    ["an insertion at the start", "bc", "abc", "@@ -1,2 +1,3 @@\n+a\n b\n c\n"],
    ["everything new", "", "ab", "@@ -0,0 +1,2 @@\n+a\n+b\n"],
    ["one line", "a", "b", "@@ -1 +1 @@\n-a\n+b\n"],
    ["near changes in one hunk", "a12345b", "x12345y", "@@ -1,7 +1,7 @@\n-a\n+x\n 1\n 2\n 3\n 4\n 5\n-b\n+y\n"],
    [
      "far changes in two",
      "a1234567b",
      "x1234567y",
      "@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+y\n",
    ],
  ])("shows %s", (_name, old, next, text) => {
    expect(unifiedDiff(lines(old), lines(next))).toBe(text);
  });
});
