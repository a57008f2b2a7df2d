import { expect, it } from "vitest";
import { createCodec } from "../src/node/codec.ts";

const codec = createCodec();

it("round-trips nested messages, maps, repeated fields and 64-bit integers", () => {
  const bytes = codec.encode("RunPodSandboxRequest", {
    runtimeHandler: "crun",
    config: {
      metadata: { name: "a", attempt: 2 },
      labels: { x: "y" },
      dnsConfig: { servers: ["10.96.0.10", "1.1.1.1"] },
    },
  });
  expect(codec.decode("RunPodSandboxRequest", bytes)).toMatchObject({
    runtimeHandler: "crun",
    config: {
      metadata: { name: "a", attempt: 2 },
      labels: { x: "y" },
      dnsConfig: { servers: ["10.96.0.10", "1.1.1.1"] },
    },
  });
  expect(codec.decode("Int64Value", codec.encode("Int64Value", { value: -1n }))).toMatchObject({ value: -1n });
});

it("writes the field numbers of CRI v1", () => {
  // StopContainerRequest{container_id: "a", timeout: 3}
  expect([...codec.encode("StopContainerRequest", { containerId: "a", timeout: 3n })]).toEqual([
    0x0a, 1, 0x61, 0x10, 3,
  ]);
  // KeyValue.value is bytes, encoded like a string
  expect([...codec.encode("KeyValue", { key: "k", value: new Uint8Array([0xff]) })]).toEqual([
    0x0a, 1, 0x6b, 0x12, 1, 0xff,
  ]);
});

it("skips fields that it does not know", () => {
  // field 30, length-delimited
  expect(codec.decode("Url", new Uint8Array([0x0a, 1, 0x61, 0xf2, 0x01, 1, 0x62]))).toMatchObject({ url: "a" });
});

it("refuses unknown messages and numbers that do not fit", () => {
  expect(() => codec.encode("Nope", {})).toThrow("no message Nope");
  expect(() => codec.encode("PortMapping", { hostPort: 2 ** 40 })).toThrow();
});
