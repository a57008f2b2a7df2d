import { builtInSchema, resolveBuiltInSchema } from "@pinnace/api";
import { strategicMergePatch } from "@pinnace/apimachinery";
import { expect, it } from "vitest";
import { statusPatch } from "../src/status/status-manager.ts";

it("replaces the addresses of a sandbox that was made anew", () => {
  const before = { status: { podIP: "10.244.0.2", podIPs: [{ ip: "10.244.0.2" }], hostIPs: [{ ip: "192.0.2.1" }] } };
  const patch = {
    status: statusPatch({ podIP: "10.244.0.9", podIPs: [{ ip: "10.244.0.9" }], hostIPs: [{ ip: "192.0.2.2" }] }),
  };
  const after = strategicMergePatch(
    before,
    patch as never,
    builtInSchema("io.k8s.api.core.v1.Pod")!,
    resolveBuiltInSchema,
  );
  expect(after).toEqual({
    status: { podIP: "10.244.0.9", podIPs: [{ ip: "10.244.0.9" }], hostIPs: [{ ip: "192.0.2.2" }] },
  });
});
