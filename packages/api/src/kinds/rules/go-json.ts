import type { Draft } from "@pinnace/apimachinery";
import { GO_STRUCTS } from "./go-structs.ts";

interface Member {
  readonly name: string;
  /** In lower case: the API differs from Go in nothing else. */
  readonly apiName: string;
  readonly kind: string;
  readonly omitEmpty: boolean;
  readonly embedded: boolean;
}

let structs: ReadonlyMap<string, readonly Member[]> | undefined;

function membersOf(struct: string): readonly Member[] | undefined {
  structs ??= new Map(
    GO_STRUCTS.trim()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([name = "", ...members]) => [name, members.map(parseMember)]),
  );
  return structs.get(struct);
}

function parseMember(text: string): Member {
  if (text.startsWith("...")) {
    return { name: "", apiName: "", kind: text.slice(3), omitEmpty: false, embedded: true };
  }
  const [names = "", kind = ""] = text.split(":");
  const [name = "", alias] = names.replace("?", "").split("=");
  return { name, apiName: (alias ?? name).toLowerCase(), kind, omitEmpty: names.endsWith("?"), embedded: false };
}

/** What Go has in a member that nobody set. */
const ZEROS: Readonly<Record<string, unknown>> = { s: "", b: false, n: 0, q: "0", i: 0, t: null };

/** The pretty-printed JSON of an API value as Go's encoder makes it of the internal type: all members, with Go's names. */
export function goJson(kind: string, value: Draft): string {
  const text = JSON.stringify(goValue(kind, value), null, 1);
  return text.replace(/[<>&\u2028\u2029]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** An API value as messages quote upstream's internal type: all members, with Go's names. */
export function goValue(kind: string, value: Draft): unknown {
  const inner = kind.slice(1);
  switch (kind[0]) {
    case "*":
      return value === undefined || value === null ? null : goValue(inner, value);
    case "[":
      return Array.isArray(value) ? value.map((item) => goValue(inner, item)) : null;
    case "{":
      return value === undefined || value === null ? null : goMap(inner, value);
    default:
      return goStruct(kind, value ?? undefined);
  }
}

function goMap(kind: string, value: Draft): Record<string, unknown> {
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, goValue(kind, item)]));
}

function goStruct(kind: string, value: Draft): unknown {
  const members = membersOf(kind);
  if (members === undefined) return value ?? ZEROS[kind] ?? null;
  const given = kind === "PodSpec" ? withSecurityContext(value ?? {}) : (value ?? {});
  const byName = new Map(Object.entries<Draft>(given).map(([name, item]) => [name.toLowerCase(), item]));
  const result: Record<string, unknown> = {};
  for (const { name, apiName, kind: own, omitEmpty, embedded } of members) {
    if (embedded) Object.assign(result, goStruct(own, own === "ObjectMeta" ? given.metadata : given));
    else {
      const item = byName.get(apiName);
      if (!omitEmpty || !isEmpty(item)) result[name] = goValue(own, item);
    }
  }
  return result;
}

const isEmpty = (value: Draft): boolean =>
  value === undefined || value === null || value === "" || value === 0 || value === false || value.length === 0;

/** Internally the namespaces of the host are a matter of the security context, which is always there. */
function withSecurityContext(spec: Draft): Draft {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  return {
    ...spec,
    securityContext: { ...spec.securityContext, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers },
  };
}
