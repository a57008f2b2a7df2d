import { parse } from "yaml";

/** One behaviour of the conformance suite. */
export interface Behaviour {
  /** The exact text of its spec. */
  readonly name: string;
  /** `api-machinery` */
  readonly sig: string;
  /** Upstream's file that has the spec: `test/e2e/apimachinery/watch.go`. */
  readonly file: string;
  /** Must have the cluster for itself. */
  readonly alone: boolean;
}

interface Listed {
  readonly codename?: unknown;
  readonly file?: unknown;
}

/** Reads what `e2e.test --list-conformance-tests` prints. Empty when it is anything else. */
export function parseBehaviours(text: string): readonly Behaviour[] {
  const listed = parseList(text);
  const byName = new Map<string, Behaviour>();
  for (const { codename, file } of listed) {
    if (typeof codename !== "string" || typeof file !== "string") continue;
    const name = codename.trim();
    const sig = name.match(/^\[sig-([^\]]+)\]/)?.[1] ?? "other";
    byName.set(name, { name, sig, file: file.split(",")[0] ?? file, alone: /\[(Serial|Disruptive)\]/.test(name) });
  }
  return [...byName.values()];
}

function parseList(text: string): readonly Listed[] {
  try {
    const parsed: unknown = parse(text);
    return Array.isArray(parsed)
      ? (parsed.filter((each) => typeof each === "object" && each !== null) as Listed[])
      : [];
  } catch {
    return []; // another program's output
  }
}
