import { createPodInfo } from "@pinnace/scheduler-framework";
import { attempt, testComponents, testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const create = () => plugin.create(testComponents(), {});
const RULES = { restartPolicyRules: [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [1] } }] };
const restarting = testPod("p", { containers: [{ name: "c", image: "i", ...RULES }] });
const declaring = (name: string, ...declaredFeatures: readonly string[]) =>
  testNode(name, { status: { declaredFeatures } });
const RESTART = "RestartAllContainersOnContainerExits";
const USERS = "UserNamespacesHostNetworkSupport";

describe("NodeDeclaredFeatures", () => {
  const nodes = [declaring("none"), declaring("one", RESTART), declaring("both", RESTART, USERS)].map((node) =>
    testNodeInfo(node),
  );

  it.each([
    { what: "a restart rule", pod: restarting, fits: [false, true, true] },
    {
      what: "a restart rule of an init container",
      pod: testPod("p", { initContainers: [{ name: "i", image: "i", ...RULES }] }),
      fits: [false, true, true],
    },
    {
      what: "users of its own on the host's network",
      pod: testPod("p", { hostNetwork: true, hostUsers: false }),
      fits: [false, false, true],
    },
    {
      what: "both",
      pod: testPod("p", { hostNetwork: true, hostUsers: false, containers: [{ name: "c", image: "i", ...RULES }] }),
      fits: [false, false, true],
    },
  ])("with $what", ({ pod, fits }) => {
    const { filters } = attempt(create(), pod, nodes);
    expect(filters.map(({ reasons }) => reasons[0])).toEqual(
      fits.map((fit) => (fit ? undefined : "node(s) didn't match Pod's required features")),
    );
  });

  it.each([
    { what: "neither", spec: {} },
    { what: "the host's network alone", spec: { hostNetwork: true } },
    { what: "users of its own alone", spec: { hostUsers: false } },
    {
      what: "an ordinary restart rule",
      spec: { containers: [{ name: "c", restartPolicyRules: [{ action: "Restart" }] }] },
    },
  ])("takes no part with $what", ({ spec }) => {
    expect(attempt(create(), testPod("p", spec), nodes).preFilter?.code).toBe("Skip");
  });

  it("is asked again when a node declares something else, or the pod needs something else", () => {
    const [node, pod] = create().eventsToRegister!().map(({ hint }) => hint!);
    const info = createPodInfo(restarting);
    expect(node!(info, undefined, declaring("n"))).toBe("Queue");
    expect(node!(info, declaring("n"), declaring("n", RESTART))).toBe("Queue");
    expect(node!(info, declaring("n", RESTART), declaring("n", RESTART))).toBe("QueueSkip");
    expect(pod!(info, restarting, testPod("p"))).toBe("Queue");
    expect(pod!(info, restarting, restarting)).toBe("QueueSkip");
    expect(pod!(info, testPod("q"), restarting)).toBe("Queue");
    expect(pod!(info, restarting, testPod("q"))).toBe("QueueSkip");
  });
});
