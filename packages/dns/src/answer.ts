import type { Service } from "@pinnace/api";
import type { Answer } from "dns-packet";
import { type ClusterView, isHeadless, type Target } from "./cluster-view.ts";

/** RFC 1035 and 2136 response codes that are used here. */
export type ResponseCode = "NOERROR" | "NXDOMAIN" | "SERVFAIL" | "FORMERR" | "NOTIMP" | "REFUSED";

export interface Reply {
  readonly code: ResponseCode;
  readonly answers: readonly Answer[];
  readonly additionals: readonly Answer[];
  /** A name outside the cluster that a CNAME points to; the server looks it up and appends what it finds. */
  readonly follow?: string;
}

/** Seconds; what CoreDNS's kubernetes plugin gives by default. */
export const TTL = 5;

/** Kubernetes DNS-Based Service Discovery, version 1.1.0. */
const SCHEMA_VERSION = "1.1.0";

const NOTHING: Reply = Object.freeze({ code: "NOERROR", answers: [], additionals: [] });
const NO_NAME: Reply = Object.freeze({ code: "NXDOMAIN", answers: [], additionals: [] });

const answer = (answers: readonly Answer[], additionals: readonly Answer[] = []): Reply => ({
  code: "NOERROR",
  answers,
  additionals,
});

const isV6 = (address: string): boolean => address.includes(":");

/** Address records of the asked type; none (not an error) when the addresses are of the other family. */
function addresses(name: string, type: string, list: readonly string[]): readonly Answer[] {
  const wanted = list.filter((address) => (type === "ANY" ? true : type === (isV6(address) ? "AAAA" : "A")));
  return wanted.map((data) => ({ name, type: isV6(data) ? "AAAA" : "A", ttl: TTL, class: "IN", data }) as Answer);
}

function services(name: string, targets: readonly { host: string; port: number }[]): readonly Answer[] {
  const weight = Math.max(1, Math.floor(100 / Math.max(1, targets.length)));
  return targets.map(({ host, port }) => ({
    name,
    type: "SRV",
    ttl: TTL,
    class: "IN",
    data: { priority: 0, weight, port, target: host },
  }));
}

/**
 * Answers a question about the cluster's domain. `name` is lower case, without a dot at the end and below `domain`;
 * records repeat the name as `asked`.
 */
export function answerCluster(view: ClusterView, domain: string, name: string, asked: string, type: string): Reply {
  if (name === domain) return NOTHING;
  const labels = name
    .slice(0, -domain.length - 1)
    .split(".")
    .reverse();
  const [kind, namespace, object, ...rest] = labels;
  if (kind === "dns-version" && labels.length === 1) {
    if (type !== "TXT" && type !== "ANY") return NOTHING;
    return answer([{ name: asked, type: "TXT", ttl: TTL, class: "IN", data: SCHEMA_VERSION }]);
  }
  if (kind !== "svc" && kind !== "pod") return NO_NAME;
  if (namespace === undefined) return NOTHING;
  if (!view.namespaceExists(namespace)) return NO_NAME;
  if (object === undefined) return NOTHING;
  if (kind === "pod") return rest.length > 0 ? NO_NAME : answerPod(asked, object, type);
  const service = view.service(namespace, object);
  return service === undefined ? NO_NAME : answerService({ view, domain, asked, type, service }, rest);
}

/** `1-2-3-4.namespace.pod`: the address that the name spells. */
function answerPod(asked: string, object: string, type: string): Reply {
  const v4 = /^(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})$/.exec(object);
  if (v4?.slice(1).every((part) => Number(part) <= 255)) {
    return answer(addresses(asked, type, [v4.slice(1).map(Number).join(".")]));
  }
  const v6 = /^[0-9a-f-]+$/.test(object) && (object.includes("--") || object.split("-").length === 8);
  return v6 ? answer(addresses(asked, type, [object.replaceAll("-", ":")])) : NO_NAME;
}

interface ServiceQuestion {
  readonly view: ClusterView;
  readonly domain: string;
  readonly asked: string;
  readonly type: string;
  readonly service: Service;
}

/** `rest` is what stands before the service's name, nearest first: a hostname, or `_tcp` and `_http`. */
function answerService(question: ServiceQuestion, rest: readonly string[]): Reply {
  const { service, asked, type, view } = question;
  const [first, second, ...more] = rest;
  if (more.length > 0) return NO_NAME;
  if (service.spec?.type === "ExternalName") return first === undefined ? answerExternal(question) : NO_NAME;
  if (first?.startsWith("_")) return answerPorts(question, first.slice(1), second);
  if (second !== undefined) return NO_NAME;
  if (!isHeadless(service)) {
    if (first !== undefined) return NO_NAME;
    if (type === "SRV") return answerPorts(question, undefined, undefined);
    return answer(addresses(asked, type, service.spec?.clusterIPs ?? []));
  }
  const targets = view.targets(service).filter(({ hostname }) => first === undefined || hostname === first);
  if (targets.length === 0) return NO_NAME;
  if (type === "SRV" && first === undefined) return answerPorts(question, undefined, undefined);
  return answer(addresses(asked, type, [...new Set(targets.map(({ address }) => address))]));
}

function answerExternal({ service, asked, type }: ServiceQuestion): Reply {
  const target = service.spec?.externalName ?? "";
  const alias: Answer = { name: asked, type: "CNAME", ttl: TTL, class: "IN", data: target };
  return type === "CNAME" ? answer([alias]) : { ...answer([alias]), follow: target };
}

const serviceName = (service: Service, domain: string): string =>
  `${service.metadata?.name}.${service.metadata?.namespace}.svc.${domain}`;

/** `_http._tcp`, or all ports when neither is named. */
function answerPorts(question: ServiceQuestion, protocol: string | undefined, port: string | undefined): Reply {
  const { service, asked, type, domain, view } = question;
  const matches = (each: { readonly name: string; readonly protocol: string }): boolean =>
    (protocol === undefined || each.protocol === protocol) && (port === undefined || `_${each.name}` === port);
  const base = serviceName(service, domain);
  if (isHeadless(service)) {
    const found = view
      .targets(service)
      .flatMap((target) => target.ports.filter(matches).map((each) => ({ target, each })));
    if (found.length === 0) return NO_NAME;
    if (type !== "SRV" && type !== "ANY") return NOTHING;
    const host = ({ hostname }: Target): string => `${hostname}.${base}`;
    const records = services(
      asked,
      found.map(({ target, each }) => ({ host: host(target), port: each.port })),
    );
    const extra = new Map(found.map(({ target }) => [host(target), target.address]));
    return answer(
      records,
      [...extra].flatMap(([name, address]) => addresses(name, "ANY", [address])),
    );
  }
  const ports = (service.spec?.ports ?? []).map((each) => ({
    name: each.name ?? "",
    protocol: (each.protocol ?? "TCP").toLowerCase(),
    port: each.port,
  }));
  const found = ports.filter(matches);
  if (found.length === 0) return NO_NAME;
  if (type !== "SRV" && type !== "ANY") return NOTHING;
  const records = services(
    asked,
    found.map((each) => ({ host: base, port: each.port })),
  );
  return answer(records, addresses(base, "ANY", service.spec?.clusterIPs ?? []));
}

/** `10.0.96.10.in-addr.arpa` or the nibbles of `ip6.arpa` as an address; undefined when it is neither. */
export function reverseAddress(name: string): string | undefined {
  const v4 = /^((?:\d{1,3}\.){3}\d{1,3})\.in-addr\.arpa$/.exec(name)?.[1];
  if (v4 !== undefined) return v4.split(".").reverse().join(".");
  const nibbles = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1];
  if (nibbles === undefined) return undefined;
  const digits = nibbles.split(".").reverse().join("");
  const groups = digits.match(/.{4}/g)!.map((group) => Number.parseInt(group, 16).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/** Names of an address: services by cluster IP, endpoints of headless services. Undefined when the cluster has none. */
export function answerReverse(view: ClusterView, domain: string, address: string, asked: string): Reply | undefined {
  const direct = view.servicesByAddress(address).map((service) => serviceName(service, domain));
  const indirect = view
    .targetsByAddress(address)
    .map(({ service, target }) => `${target.hostname}.${serviceName(service, domain)}`);
  const names = [...new Set([...direct, ...indirect])];
  if (names.length === 0) return undefined;
  return answer(names.map((data) => ({ name: asked, type: "PTR", ttl: TTL, class: "IN", data })));
}
