import type { CniComponents, CniConfig, CniPlugin, CniRequest } from "@pinnace/cni-plugins";
import { createRecordingHost, type RecordingHost } from "@pinnace/cni-plugins/compliance";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hostInterfaceName } from "../src/link.ts";
import { createPtp } from "../src/ptp.ts";

const IPAM = { type: "host-local", ranges: [[{ subnet: "10.1.0.0/24" }]] };
const CONFIG: CniConfig = { cniVersion: "1.1.0", name: "net", type: "ptp", ipam: IPAM };

function request(change: Partial<CniRequest> = {}): CniRequest {
  return {
    containerId: "c1",
    netns: "/run/netns/c1",
    ifname: "eth0",
    args: {},
    config: CONFIG,
    previous: undefined,
    signal: new AbortController().signal,
    ...change,
  };
}

const ptpOn = (components: CniComponents, forwarding = true): CniPlugin =>
  createPtp({ ...components, isForwarding: async () => forwarding });

const VETH = hostInterfaceName(request());
let host: RecordingHost;

beforeEach(async () => {
  host = await createRecordingHost("2: eth0    inet 10.1.0.2/32 scope global eth0");
});

afterEach(() => host.remove());

describe("ADD", () => {
  it("runs one batch on the host and one in the pod", async () => {
    await ptpOn(host).add(request({ config: { ...CONFIG, mtu: 1450 } }));
    expect(host.runs).toEqual([
      {
        command: "ip",
        args: ["-batch", "-"],
        stdin: [
          `link add name ${VETH} mtu 1450 address 0a:57:0a:01:00:02 type veth` +
            " peer name eth0 mtu 1450 address 0a:58:0a:01:00:02 netns /run/netns/c1",
          `address add 10.1.0.1/32 dev ${VETH}`,
          `link set dev ${VETH} up`,
          `neighbour replace 10.1.0.2 lladdr 0a:58:0a:01:00:02 dev ${VETH} nud permanent`,
          `route replace 10.1.0.2/32 dev ${VETH} src 10.1.0.1`,
          "",
        ].join("\n"),
      },
      {
        command: "nsenter",
        args: ["--net=/run/netns/c1", "--", "ip", "-batch", "-"],
        stdin: [
          "address add 10.1.0.2/32 dev eth0",
          "link set dev eth0 up",
          "neighbour replace 10.1.0.1 lladdr 0a:57:0a:01:00:02 dev eth0 nud permanent",
          "route add 10.1.0.1/32 dev eth0 scope link",
          "route add 0.0.0.0/0 via 10.1.0.1 dev eth0",
          "",
        ].join("\n"),
      },
    ]);
  });

  it("says what it made", async () => {
    const dns = { nameservers: ["10.96.0.10"] };
    expect(await ptpOn(host).add(request({ config: { ...CONFIG, dns } }))).toEqual({
      cniVersion: "1.1.0",
      interfaces: [
        { name: VETH, mac: "0a:57:0a:01:00:02" },
        { name: "eth0", mac: "0a:58:0a:01:00:02", sandbox: "/run/netns/c1" },
      ],
      ips: [{ interface: 1, address: "10.1.0.2/32", gateway: "10.1.0.1" }],
      routes: [{ dst: "0.0.0.0/0", gw: "10.1.0.1" }],
      dns,
    });
  });

  it("takes an address of each set, and the routes that are asked for", async () => {
    const ranges = [...IPAM.ranges, [{ subnet: "10.2.0.0/24", gateway: "10.2.0.9" }]];
    const routes = [{ dst: "10.0.0.0/8" }, { dst: "172.16.0.0/12", gw: "10.2.0.9" }];
    await ptpOn(host).add(request({ config: { ...CONFIG, ipam: { ...IPAM, ranges, routes } } }));
    expect(host.runs[1]?.stdin.split("\n")).toEqual([
      "address add 10.1.0.2/32 dev eth0",
      "address add 10.2.0.1/32 dev eth0",
      "link set dev eth0 up",
      "neighbour replace 10.1.0.1 lladdr 0a:57:0a:01:00:02 dev eth0 nud permanent",
      "route add 10.1.0.1/32 dev eth0 scope link",
      "neighbour replace 10.2.0.9 lladdr 0a:57:0a:01:00:02 dev eth0 nud permanent",
      "route add 10.2.0.9/32 dev eth0 scope link",
      "route add 10.0.0.0/8 via 10.1.0.1 dev eth0",
      "route add 172.16.0.0/12 via 10.2.0.9 dev eth0",
      "",
    ]);
  });

  it("makes the host forward, and is refused when it cannot", async () => {
    await ptpOn(host, false).add(request());
    expect(host.runs[0]).toMatchObject({ command: "sysctl", args: ["-q", "-w", "net.ipv4.ip_forward=1"] });
    host.failWith("sysctl: permission denied");
    await expect(ptpOn(host, false).add(request({ containerId: "c2" }))).rejects.toMatchObject({ code: 101 });
  });

  it("is refused for an interface that is attached, which stays as it is", async () => {
    const plugin = ptpOn(host);
    const previous = await plugin.add(request());
    const before = host.runs.length;
    await expect(plugin.add(request())).rejects.toMatchObject({ code: 4 });
    expect(host.runs).toHaveLength(before);
    await plugin.check(request({ previous }));
  });

  it("cleans up when the kernel refuses, and tells why", async () => {
    host.failWith("Error: argument is wrong");
    await expect(ptpOn(host).add(request())).rejects.toMatchObject({ code: 101 });
    expect(host.runs.at(-1)).toMatchObject({ command: "ip", args: ["link", "delete", "dev", VETH] });
  });

  it("cleans up when it is stopped", async () => {
    const plugin = ptpOn(host);
    await expect(plugin.add(request({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: 101 });
    expect(host.runs).toMatchObject([{ args: ["link", "delete", "dev", VETH] }]);
    expect((await plugin.add(request({ containerId: "c2" }))).ips).toHaveLength(1);
  });

  it.each([
    [{ mtu: 100 }, "invalid mtu"],
    [{ mtu: "1500" }, "invalid mtu"],
    [{ ipam: { ...IPAM, routes: [{ dst: "default; link delete" }] } }, "invalid route"],
    [{ ipam: { ...IPAM, routes: [{ dst: "10.0.0.0/8", gw: "x" }] } }, "invalid route"],
    [{ ipam: undefined }, "ipam.type must be host-local"],
  ])("is refused with code 7 for %j", async (change, message) => {
    const config = { ...CONFIG, ...change };
    await expect(ptpOn(host).add(request({ config }))).rejects.toMatchObject({ code: 7, message });
    expect(host.runs).toEqual([]);
  });

  it.each(["relative/ns", "/run/netns/a b", "/run/netns/a\nlink"])("is refused for the namespace %j", async (netns) => {
    await expect(ptpOn(host).add(request({ netns }))).rejects.toMatchObject({ code: 4 });
    expect(host.runs).toEqual([]);
  });
});

describe("DEL", () => {
  it("keeps the address when the link cannot be deleted, so that nobody else gets it", async () => {
    const plugin = ptpOn(host);
    await plugin.add(request());
    host.failWith("RTNETLINK answers: Operation not permitted");
    await expect(plugin.del(request())).rejects.toMatchObject({ code: 101 });
    host.failWith(undefined);
    expect((await plugin.add(request({ containerId: "c2" }))).ips[0]?.address).toBe("10.1.0.3/32");
  });
});

describe("CHECK", () => {
  it.each([
    ["2: eth0    inet 10.1.0.22/32 scope global eth0", "eth0 does not have the address 10.1.0.2"],
    ["", "eth0 does not have the address 10.1.0.2"],
  ])("misses the address in %j", async (output, message) => {
    const other = await createRecordingHost(output);
    const plugin = ptpOn(other);
    const previous = await plugin.add(request());
    await expect(plugin.check(request({ previous }))).rejects.toMatchObject({ code: 100, message });
    await other.remove();
  });

  it("misses the interface and the lease", async () => {
    const plugin = ptpOn(host);
    const previous = await plugin.add(request());
    host.failWith('Device "eth0" does not exist.');
    await expect(plugin.check(request({ previous }))).rejects.toMatchObject({ code: 100 });
    await plugin.del(request());
    await expect(plugin.check(request({ previous }))).rejects.toMatchObject({
      code: 100,
      message: "the address 10.1.0.2 is not leased to the container",
    });
  });
});

describe("STATUS", () => {
  it("is refused with code 50 when no address is left", async () => {
    const plugin = ptpOn(host);
    const config = { ...CONFIG, ipam: { type: "host-local", subnet: "10.1.0.0/30" } };
    const { signal } = request();
    await plugin.status(config, signal);
    await plugin.add(request({ config }));
    await expect(plugin.status(config, signal)).rejects.toMatchObject({ code: 50 });
  });
});
