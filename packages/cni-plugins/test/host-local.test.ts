import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Attachment, type CniConfig, createHostLocalIpam, type HostLocalIpam } from "../src/index.ts";

const container = (number: number): Attachment => ({ containerId: `c${number}`, ifname: "eth0" });
const network = (ipam: object): CniConfig => ({
  cniVersion: "1.0.0",
  name: "net",
  type: "ptp",
  ipam: { type: "host-local", ...ipam },
});
const SMALL = network({ subnet: "10.1.0.0/29" }); // .1 is the gateway, .2 to .6 are free

let directory = "";
let ipam: HostLocalIpam;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinnace-ipam-"));
  ipam = createHostLocalIpam({ directory });
});

afterEach(() => rm(directory, { recursive: true }));

const take = async (number: number, config = SMALL): Promise<string> =>
  (await ipam.allocate(config, container(number))).map((lease) => lease.address).join(" ");

describe("leases", () => {
  it("go round: a freed address rests while there are others", async () => {
    expect([await take(1), await take(2)]).toEqual(["10.1.0.2", "10.1.0.3"]);
    await ipam.release(SMALL, container(1));
    expect([await take(3), await take(4), await take(5), await take(6)]).toEqual([
      "10.1.0.4",
      "10.1.0.5",
      "10.1.0.6",
      "10.1.0.2",
    ]);
  });

  it("end with code 50, and are counted", async () => {
    expect(await ipam.free(SMALL)).toBe(5);
    for (let each = 0; each < 5; each += 1) await take(each);
    expect(await ipam.free(SMALL)).toBe(0);
    await expect(take(9)).rejects.toMatchObject({ code: 50 });
  });

  it("survive the process, with the place to go on from", async () => {
    await take(1);
    await take(2);
    await ipam.release(SMALL, container(2));
    ipam = createHostLocalIpam({ directory });
    expect(await ipam.find(SMALL, container(1))).toEqual(["10.1.0.2"]);
    expect(await take(3)).toBe("10.1.0.4");
  });

  it("are files as upstream's host-local writes them", async () => {
    await take(1);
    expect(await readFile(join(directory, "net/10.1.0.2"), "utf8")).toBe("c1\r\neth0");
    expect((await readdir(join(directory, "net"))).sort()).toEqual(["10.1.0.2", "last_reserved_ip.0"]);
  });

  it("are not given twice by two processes", async () => {
    const other = createHostLocalIpam({ directory });
    await other.find(SMALL, container(1)); // it has read the directory
    await take(1);
    expect(await other.allocate(SMALL, container(2))).toEqual([{ address: "10.1.0.3", gateway: "10.1.0.1" }]);
  });

  it("are refused to an attachment that has one (code 4), which keeps it", async () => {
    await take(1);
    await expect(take(1)).rejects.toMatchObject({ code: 4 });
    expect(await ipam.find(SMALL, container(1))).toEqual(["10.1.0.2"]);
  });

  it("are one of each set, or none", async () => {
    const two = network({ ranges: [[{ subnet: "10.1.0.0/24" }], [{ subnet: "10.2.0.0/30" }]] });
    expect(await take(1, two)).toBe("10.1.0.2 10.2.0.2");
    await expect(take(2, two)).rejects.toMatchObject({ code: 50 });
    expect(await ipam.attachments(two)).toEqual([container(1)]);
  });

  it("come from the next range of a set when one is used up", async () => {
    const set = network({ ranges: [[{ subnet: "10.1.0.0/30" }, { subnet: "10.2.0.0/30", gateway: "10.2.0.2" }]] });
    expect(await ipam.allocate(set, container(1))).toEqual([{ address: "10.1.0.2", gateway: "10.1.0.1" }]);
    expect(await ipam.allocate(set, container(2))).toEqual([{ address: "10.2.0.1", gateway: "10.2.0.2" }]);
  });

  it("stay within rangeStart and rangeEnd", async () => {
    const narrow = network({ ranges: [[{ subnet: "10.1.0.0/24", rangeStart: "10.1.0.50", rangeEnd: "10.1.0.51" }]] });
    expect([await take(1, narrow), await take(2, narrow)]).toEqual(["10.1.0.50", "10.1.0.51"]);
    await expect(take(3, narrow)).rejects.toMatchObject({ code: 50 });
  });

  it("are freed once: releasing again, or after the file is gone, is fine", async () => {
    await take(1);
    await rm(join(directory, "net/10.1.0.2"));
    await ipam.release(SMALL, container(1));
    await ipam.release(SMALL, container(1));
    expect(await ipam.free(SMALL)).toBe(5);
  });

  it("forget what a killed process had begun", async () => {
    await take(1);
    await writeFile(join(directory, "net/.new-10.1.0.3"), "c2\r\neth0");
    ipam = createHostLocalIpam({ directory });
    expect(await take(3)).toBe("10.1.0.3");
  });

  it.each([
    [{ type: "dhcp" }, "ipam.type must be host-local"],
    [{}, "ipam has no ranges"],
    [{ ranges: [[]] }, "ipam has no ranges"],
    [{ subnet: "10.1.0.0" }, "invalid IPv4 subnet"],
    [{ subnet: "10.1.0.0/33" }, "invalid IPv4 subnet"],
    [{ subnet: "fd00::/64" }, "invalid IPv4"],
    [{ subnet: "10.1.0.300/24" }, "invalid IPv4 address"],
    [{ subnet: "10.1.0.0/31" }, "subnet is too small"],
    [{ ranges: [[{ subnet: "10.1.0.0/24", rangeStart: "10.2.0.1" }]] }, "range is not within its subnet"],
    [
      { ranges: [[{ subnet: "10.1.0.0/24", rangeStart: "10.1.0.9", rangeEnd: "10.1.0.8" }]] },
      "range is not within its subnet",
    ],
  ])("cannot come from %j", async (change, message) => {
    await expect(take(1, network(change))).rejects.toMatchObject({
      code: 7,
      message: expect.stringContaining(message),
    });
  });
});
