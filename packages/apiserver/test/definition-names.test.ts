import type { Draft } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { judgeNames } from "../src/crd/accepted-names.ts";
import { startBuiltIn } from "./built-in.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };

const definition = (plural: string, kind: string, more: object = {}, group = "example.com"): Draft => ({
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { plural, kind, ...more },
    versions: [{ name: "v1", served: true, storage: true, schema }],
  },
});

describe("judgeNames", () => {
  const asked = { plural: "gadgets", singular: "gadget", kind: "Gadget", listKind: "GadgetList", shortNames: ["wd"] };
  const other = { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" };

  it.each([
    ["PluralConflict", { plural: "gadgets" }, "gadgets", "plural"],
    ["SingularConflict", { singular: "gadget" }, "gadget", "singular"],
    ["ShortNamesConflict", { shortNames: ["wd"] }, "wd", "shortNames"],
    ["KindConflict", { kind: "Gadget" }, "Gadget", "kind"],
    ["ListKindConflict", { listKind: "GadgetList" }, "GadgetList", "listKind"],
  ])("gives a %s, and accepts the other names", (reason, part, name, member) => {
    const { accepted, conflict } = judgeNames(asked, undefined, [{ ...other, ...part }]);
    expect(conflict).toEqual({ reason, message: `"${name}" is already in use` });
    const others = Object.fromEntries(Object.entries(asked).filter(([each]) => each !== member));
    expect(accepted).toEqual({ plural: "", kind: "", ...others });
  });
});

describe("a definition", () => {
  it("waits for a name that another one of its group has", async () => {
    const { call, clock } = await startBuiltIn();
    await call("POST", DEFINITIONS, definition("widgets", "Widget", { shortNames: ["wd"] }));
    await call("POST", DEFINITIONS, definition("gadgets", "Gadget", { shortNames: ["wd"] }));
    await clock.settle();
    const waiting = await call("GET", `${DEFINITIONS}/gadgets.example.com`);
    expect(waiting.body.status.acceptedNames).toEqual({
      plural: "gadgets",
      singular: "gadget",
      kind: "Gadget",
      listKind: "GadgetList",
    });
    expect(waiting.body.status.conditions[0]).toMatchObject({ status: "False", reason: "ShortNamesConflict" });
    expect((await call("GET", "/apis/example.com/v1/gadgets")).status).toBe(404);
    await call("DELETE", `${DEFINITIONS}/widgets.example.com`);
    await clock.settle();
    const free = await call("GET", `${DEFINITIONS}/gadgets.example.com`);
    expect(free.body.status.conditions[0]).toMatchObject({ status: "True", reason: "NoConflicts" });
    expect((await call("GET", "/apis/example.com/v1/gadgets")).status).toBe(200);
  });

  it("never takes the place of a built-in resource", async () => {
    const { call, clock } = await startBuiltIn();
    const metadata = { name: "deployments.apps" };
    await call("POST", DEFINITIONS, { ...definition("deployments", "Deployment", {}, "apps"), metadata });
    await clock.settle();
    expect((await call("GET", "/apis/apps/v1/deployments")).body.kind).toBe("DeploymentList");
    const list = await call("GET", `${DEFINITIONS}`);
    for (const { status } of list.body.items) expect(status.conditions[0].status).toBe("False");
  });

  it("of a protected group says whether it is approved", async () => {
    const { call, clock } = await startBuiltIn();
    const object = definition("widgets", "Widget", {}, "x.k8s.io");
    object.metadata.annotations = { "api-approved.kubernetes.io": "unapproved, experimental" };
    await call("POST", DEFINITIONS, object);
    await clock.settle();
    const { body } = await call("GET", `${DEFINITIONS}/widgets.x.k8s.io`);
    expect(body.status.conditions[2]).toMatchObject({
      type: "KubernetesAPIApprovalPolicyConformant",
      status: "False",
      message: 'not approved: "unapproved, experimental"',
    });
  });
});
