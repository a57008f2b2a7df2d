import type { AdmissionPlugin } from "@pinnace/admission";
import { forbidden } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { deployment, startBuiltIn } from "./built-in.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const MERGE = { "content-type": "application/merge-patch+json" };

describe("metadata in an update", () => {
  it("is refused where it changes identity or deletion, and every cause comes twice", async () => {
    const { call } = await startBuiltIn();
    await call("POST", MAPS, { metadata: { name: "a" } });
    const uid = await call("PATCH", `${MAPS}/a`, { metadata: { uid: "b" } }, MERGE);
    expect([uid.status, uid.body.details.causes.length]).toEqual([422, 2]);
    expect(uid.body.message).toBe('ConfigMap "a" is invalid: metadata.uid: Invalid value: "b": field is immutable');
    const going = { metadata: { name: "a", deletionTimestamp: "2001-01-01T00:00:00Z" } };
    const deletion = await call("PUT", `${MAPS}/a`, going);
    expect(deletion.body.details.causes.map(({ field }: { field: string }) => field)).toEqual([
      "metadata.deletionTimestamp",
      "metadata.deletionTimestamp",
    ]);
  });

  it("may leave out what the server set, and does not move the creation", async () => {
    const { call } = await startBuiltIn();
    const made = await call("POST", MAPS, { metadata: { name: "a" } });
    const changed = await call("PUT", `${MAPS}/a`, {
      metadata: { name: "a", creationTimestamp: "2001-01-01T00:00:00Z" },
    });
    const { uid, creationTimestamp } = made.body.metadata;
    expect(changed.body.metadata).toMatchObject({ uid, creationTimestamp });
  });

  it("with a resourceVersion that is no number is a 500", async () => {
    const { call } = await startBuiltIn();
    await call("POST", MAPS, { metadata: { name: "a" } });
    const answer = await call("PUT", `${MAPS}/a`, { metadata: { name: "a", resourceVersion: "abc" } });
    expect([answer.status, answer.body.message]).toEqual([500, 'strconv.ParseUint: parsing "abc": invalid syntax']);
  });
});

describe("a new object", () => {
  it("has no generated name yet when mutating admission refuses it", async () => {
    const refusing: AdmissionPlugin = {
      name: "Refusing",
      mutate: async ({ name, object }) => {
        throw forbidden("", "configmaps", name || object.metadata.generateName, "no");
      },
    };
    const { call } = await startBuiltIn({ admission: [refusing] });
    const answer = await call("POST", MAPS, { metadata: { generateName: "a-" } });
    expect(answer.body.message).toBe('configmaps "a-" is forbidden: no');
  });

  it("is managed without the structs that are always there", async () => {
    const { call } = await startBuiltIn();
    const { body } = await call("POST", "/apis/apps/v1/namespaces/default/deployments", deployment("d", 1));
    const fields = body.metadata.managedFields[0].fieldsV1["f:spec"];
    expect(Object.keys(fields)).not.toContain(".");
    expect(Object.keys(fields["f:strategy"]).sort()).toEqual(["f:rollingUpdate", "f:type"]);
    expect(fields["f:strategy"]["f:rollingUpdate"]).toHaveProperty(["."]);
  });

  it("of events.k8s.io is refused as one of the core group, where it is stored", async () => {
    const { call } = await startBuiltIn();
    const answer = await call("POST", "/apis/events.k8s.io/v1/namespaces/default/events", { metadata: { name: "B_" } });
    expect(answer.body.message).toContain('Event "B_" is invalid');
    expect(answer.body.details.group).toBeUndefined();
  });
});

describe("DELETE", () => {
  it.each([
    ["configmaps", MAPS, { metadata: { name: "a" } }, "Status"],
    ["serviceaccounts", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "a" } }, "ServiceAccount"],
    [
      "storageclasses",
      "/apis/storage.k8s.io/v1/storageclasses",
      { metadata: { name: "a" }, provisioner: "p" },
      "StorageClass",
    ],
  ])("of %s answers as upstream's registry does", async (_, path, object, kind) => {
    const { call } = await startBuiltIn();
    await call("POST", path, object);
    expect((await call("DELETE", `${path}/a`)).body.kind).toBe(kind);
  });
});
