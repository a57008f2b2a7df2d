import { quoteGo } from "@pinnace/apimachinery";

interface Flaw {
  readonly message: string;
  /** Where it goes wrong. */
  readonly at?: string;
}

/** Why a text is no address, in the words of Go's netip; undefined when it is one. */
export function addressFlaw(text: string): string | undefined {
  const flaw = flawOf(text);
  if (flaw === undefined) return undefined;
  const at = flaw.at === undefined || flaw.at === "" ? "" : ` (at ${quoteGo(flaw.at)})`;
  return `ParseAddr(${quoteGo(text)}): ${flaw.message}${at}`;
}

function flawOf(text: string): Flaw | undefined {
  const kind = /[.:%]/.exec(text)?.[0];
  if (kind === ".") return ipv4Flaw(text);
  if (kind === ":") return ipv6Flaw(text);
  return { message: kind === "%" ? "missing IPv6 address" : "unable to parse IP" };
}

function ipv4Flaw(text: string): Flaw | undefined {
  let [value, digits, fields] = [0, 0, 0];
  for (let index = 0; index < text.length; index++) {
    const char = text[index] as string;
    if (/[0-9]/.test(char)) {
      if (digits === 1 && value === 0) return { message: "IPv4 field has octet with leading zero" };
      value = value * 10 + Number(char);
      digits++;
      if (value > 255) return { message: "IPv4 field has value >255" };
    } else if (char === ".") {
      const empty = index === 0 || index === text.length - 1 || text[index - 1] === ".";
      if (empty) return { message: "IPv4 field must have at least one digit", at: text.slice(index) };
      if (fields++ === 3) return { message: "IPv4 address too long" };
      [value, digits] = [0, 0];
    } else return { message: "unexpected character", at: text.slice(index) };
  }
  return fields < 3 ? { message: "IPv4 address too short" } : undefined;
}

function ipv6Flaw(text: string): Flaw | undefined {
  const percent = text.indexOf("%");
  if (percent === text.length - 1) return { message: "zone must be a non-empty string" };
  let rest = percent < 0 ? text : text.slice(0, percent);
  let bytes = 0;
  let gap = rest.startsWith("::");
  if (gap) rest = rest.slice(2);
  while (bytes < 16 && rest !== "") {
    const group = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? "";
    if (group.length === 0 || group.length > 4) return groupFlaw(group, rest);
    if (rest[group.length] === ".") return embeddedFlaw(rest, bytes, gap);
    bytes += 2;
    rest = rest.slice(group.length);
    if (rest === "") break;
    const flaw = separatorFlaw(rest, gap);
    if (flaw !== undefined) return flaw;
    gap ||= rest.startsWith("::");
    rest = rest.replace(/^::?/, "");
  }
  if (rest !== "") return { message: "trailing garbage after address", at: rest };
  if (bytes < 16) return gap ? undefined : { message: "address string too short" };
  return gap ? { message: "the :: must expand to at least one field of zeros" } : undefined;
}

function groupFlaw(group: string, rest: string): Flaw {
  const message =
    group === "" ? "each colon-separated field must have at least one digit" : "each group must have 4 or less digits";
  return { message, at: rest };
}

/** What is wrong with the colons that `rest` starts with. */
function separatorFlaw(rest: string, gap: boolean): Flaw | undefined {
  if (!rest.startsWith(":")) return { message: "unexpected character, want colon", at: rest };
  if (rest.length === 1) return { message: "colon must be followed by more characters", at: rest };
  return gap && rest.startsWith("::") ? { message: "multiple :: in address", at: rest.slice(1) } : undefined;
}

/** What is wrong with the dotted end of an IPv6 address. */
function embeddedFlaw(rest: string, bytes: number, gap: boolean): Flaw | undefined {
  if (!gap && bytes !== 12) {
    return { message: "embedded IPv4 address must replace the final 2 fields of the address", at: rest };
  }
  if (bytes + 4 > 16) {
    return { message: "too many hex fields to fit an embedded IPv4 at the end of the address", at: rest };
  }
  return ipv4Flaw(rest);
}
