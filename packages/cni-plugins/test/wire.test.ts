import { describe, expect, it } from "vitest";
import { type CniResult, readResult, writeResult } from "../src/index.ts";
import { checkContainerId, checkInterfaceName, parseArgs } from "../src/wire/attachment-name.ts";

const RESULT: CniResult = {
  cniVersion: "1.1.0",
  interfaces: [
    { name: "veth1", mac: "0a:57:0a:01:00:02", mtu: 1450 },
    { name: "eth0", sandbox: "/run/netns/a" },
  ],
  ips: [
    { interface: 1, address: "10.1.0.2/32", gateway: "10.1.0.1" },
    { interface: 1, address: "fd00::2/128" },
  ],
  routes: [{ dst: "0.0.0.0/0", gw: "10.1.0.1", mtu: 1400 }],
  dns: { nameservers: ["10.96.0.10"] },
};

describe("results", () => {
  it("are themselves in 1.1.0", () => {
    expect(writeResult(RESULT, "1.1.0")).toEqual(RESULT);
    expect(readResult(RESULT)).toEqual(RESULT);
  });

  it("have no MTU in 1.0.0", () => {
    const written = writeResult(RESULT, "1.0.0");
    expect(written).toMatchObject({ cniVersion: "1.0.0", routes: [{ dst: "0.0.0.0/0", gw: "10.1.0.1" }] });
    expect(JSON.stringify(written)).not.toContain("mtu");
    expect(JSON.stringify(written)).not.toContain('"version"');
  });

  it.each(["0.3.0", "0.3.1", "0.4.0"])("tell the family of addresses in %s", (version) => {
    const { ips } = writeResult(RESULT, version) as { ips: { version: string }[] };
    expect(ips.map((ip) => ip.version)).toEqual(["4", "6"]);
  });

  it("lose the family when they are read", () => {
    const old = { cniVersion: "0.4.0", ips: [{ version: "4", address: "10.1.0.2/24", interface: 0 }] };
    expect(readResult(old)).toEqual({
      cniVersion: "0.4.0",
      interfaces: [],
      ips: [{ address: "10.1.0.2/24", interface: 0 }],
      routes: [],
      dns: {},
    });
  });

  it.each([
    [{ cniVersion: "0.2.0" }, 1],
    [{ cniVersion: "2.0.0" }, 1],
    ["text", 6],
    [null, 6],
    [[], 6],
  ])("are refused when they are %j", (value, code) => {
    expect(() => readResult(value)).toThrow(expect.objectContaining({ code }));
  });
});

describe("names", () => {
  it.each(["a", "A-1_b.c", "9f86d081884c7d65"])("accept the container id %s", (id) => {
    expect(() => checkContainerId(id)).not.toThrow();
  });

  it.each(["", "-a", "a/b", "a b", "../a"])("refuse the container id %j", (id) => {
    expect(() => checkContainerId(id)).toThrow(expect.objectContaining({ code: 4 }));
  });

  it.each(["eth0", "net1", "a-b.c_d"])("accept the interface %s", (name) => {
    expect(() => checkInterfaceName(name)).not.toThrow();
  });

  it.each(["", ".", "..", "a/b", "a:b", "a b", "sixteen-letters-"])("refuse the interface %j", (name) => {
    expect(() => checkInterfaceName(name)).toThrow(expect.objectContaining({ code: 4 }));
  });

  it("read CNI_ARGS", () => {
    expect(parseArgs("K8S_POD_NAME=web;K8S_POD_NAMESPACE=default;EMPTY=;EQUAL=a=b")).toEqual({
      K8S_POD_NAME: "web",
      K8S_POD_NAMESPACE: "default",
      EMPTY: "",
      EQUAL: "a=b",
    });
    expect(parseArgs("")).toEqual({});
    expect(() => parseArgs("nothing")).toThrow(expect.objectContaining({ code: 4 }));
  });
});
