import { attempt, testComponents, testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const instance = plugin.create(testComponents(), {});
const withPort = (name: string, port: object) =>
  testPod(name, { containers: [{ name: "c", ports: [{ containerPort: 1, ...port }] }] });

describe("NodePorts", () => {
  it.each([
    { used: { hostPort: 80 }, wanted: { hostPort: 80 }, fits: false },
    { used: { hostPort: 80 }, wanted: { hostPort: 81 }, fits: true },
    { used: { hostPort: 80 }, wanted: { hostPort: 80, protocol: "UDP" }, fits: true },
    { used: { hostPort: 80, hostIP: "10.0.0.1" }, wanted: { hostPort: 80, hostIP: "10.0.0.2" }, fits: true },
    { used: { hostPort: 80, hostIP: "10.0.0.1" }, wanted: { hostPort: 80, hostIP: "10.0.0.1" }, fits: false },
    { used: { hostPort: 80, hostIP: "10.0.0.1" }, wanted: { hostPort: 80 }, fits: false },
    { used: { hostPort: 80 }, wanted: { hostPort: 80, hostIP: "10.0.0.1" }, fits: false },
  ])("$wanted beside $used: $fits", ({ used, wanted, fits }) => {
    const node = testNodeInfo(testNode("n"), withPort("x", used));
    const [status] = attempt(instance, withPort("p", wanted), [node]).filters;
    expect(status!.reasons).toEqual(fits ? [] : ["node(s) didn't have free ports for the requested pod ports"]);
  });

  it("has nothing to say without host ports", () => {
    expect(attempt(instance, testPod("p"), []).preFilter?.code).toBe("Skip");
  });
});
