import { describe, expect, it } from "vitest";
import { answerCluster, answerReverse, reverseAddress } from "../src/answer.ts";
import { view } from "./view.ts";

const ask = (name: string, type = "A"): string => {
  const reply = answerCluster(view, "cluster.local", name, name, type);
  const records = reply.answers.map((record) => {
    const { type: kind, data } = record as { type: string; data: unknown };
    if (kind !== "SRV") return `${kind} ${data}`;
    const { port, target, weight } = data as { port: number; target: string; weight: number };
    return `SRV ${weight} ${port} ${target}`;
  });
  return [reply.code, ...records].join(", ");
};

describe("answerCluster", () => {
  it.each([
    ["web.ns.svc.cluster.local", "A", "NOERROR, A 10.96.0.7"],
    ["web.ns.svc.cluster.local", "AAAA", "NOERROR, AAAA fd00::7"],
    ["web.ns.svc.cluster.local", "MX", "NOERROR"],
    ["web.ns.svc.cluster.local", "SRV", "NOERROR, SRV 100 80 web.ns.svc.cluster.local"],
    ["_http._tcp.web.ns.svc.cluster.local", "SRV", "NOERROR, SRV 100 80 web.ns.svc.cluster.local"],
    ["_http._udp.web.ns.svc.cluster.local", "SRV", "NXDOMAIN"],
    ["_nope._tcp.web.ns.svc.cluster.local", "SRV", "NXDOMAIN"],
    ["pod.web.ns.svc.cluster.local", "A", "NXDOMAIN"],
    ["db.ns.svc.cluster.local", "A", "NOERROR, A 10.244.0.5, A 10.244.0.6"],
    ["db.ns.svc.cluster.local", "AAAA", "NOERROR"],
    ["db-0.db.ns.svc.cluster.local", "A", "NOERROR, A 10.244.0.5"],
    ["10-244-0-6.db.ns.svc.cluster.local", "A", "NOERROR, A 10.244.0.6"],
    ["db-9.db.ns.svc.cluster.local", "A", "NXDOMAIN"],
    [
      "_http._tcp.db.ns.svc.cluster.local",
      "SRV",
      "NOERROR, SRV 50 8080 db-0.db.ns.svc.cluster.local, SRV 50 8080 10-244-0-6.db.ns.svc.cluster.local",
    ],
    ["empty.ns.svc.cluster.local", "A", "NXDOMAIN"],
    ["out.ns.svc.cluster.local", "CNAME", "NOERROR, CNAME example.org"],
    ["nope.ns.svc.cluster.local", "A", "NXDOMAIN"],
    ["web.nope.svc.cluster.local", "A", "NXDOMAIN"],
    ["ns.svc.cluster.local", "A", "NOERROR"],
    ["svc.cluster.local", "A", "NOERROR"],
    ["cluster.local", "A", "NOERROR"],
    ["nope.cluster.local", "A", "NXDOMAIN"],
    ["a.b.web.ns.svc.cluster.local", "A", "NXDOMAIN"],
    ["1-2-3-4.ns.pod.cluster.local", "A", "NOERROR, A 1.2.3.4"],
    ["1-2-3-400.ns.pod.cluster.local", "A", "NXDOMAIN"],
    ["fd00--5.ns.pod.cluster.local", "AAAA", "NOERROR, AAAA fd00::5"],
    ["dns-version.cluster.local", "TXT", "NOERROR, TXT 1.1.0"],
  ])("%s %s", (name, type, expected) => {
    expect(ask(name, type)).toBe(expected);
  });

  it("gives the addresses of SRV targets along", () => {
    const reply = answerCluster(view, "cluster.local", "_http._tcp.db.ns.svc.cluster.local", "x", "SRV");
    expect(reply.additionals).toMatchObject([
      { name: "db-0.db.ns.svc.cluster.local", data: "10.244.0.5" },
      { name: "10-244-0-6.db.ns.svc.cluster.local", data: "10.244.0.6" },
    ]);
  });

  it("says where an ExternalName leads", () => {
    expect(answerCluster(view, "cluster.local", "out.ns.svc.cluster.local", "out", "A").follow).toBe("example.org");
  });
});

describe("reverse names", () => {
  it.each([
    ["7.0.96.10.in-addr.arpa", "10.96.0.7"],
    ["7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", "fd00::7"],
    ["96.10.in-addr.arpa", undefined],
  ])("reads %s", (name, address) => {
    expect(reverseAddress(name)).toBe(address);
  });

  it.each([
    ["10.96.0.7", ["web.ns.svc.cluster.local"]],
    ["10.244.0.5", ["db-0.db.ns.svc.cluster.local"]],
  ])("names %s", (address, names) => {
    const reply = answerReverse(view, "cluster.local", address, "x");
    expect(reply?.answers.map((record) => (record as { data: string }).data)).toEqual(names);
  });

  it("leaves strangers to the resolvers", () => {
    expect(answerReverse(view, "cluster.local", "8.8.8.8", "x")).toBeUndefined();
  });
});
