import type { Draft } from "@pinnace/apimachinery";

/** A member of a Go struct: its name there, and how its value looks (absent: as it is, or null). */
type InternalMember = string | readonly [name: string, form: (value: Draft) => Draft];

function memberName(goName: string): string {
  return goName.charAt(0).toLowerCase() + goName.slice(1);
}

/**
 * An object as upstream's messages print it where they quote an internal type: every member by its Go name, absent ones as
 * null.
 */
export function internalForm(...members: readonly InternalMember[]): (value: Draft) => Draft {
  return (value) => {
    if (value === undefined || value === null) return null;
    const printed: Record<string, Draft> = {};
    for (const member of members) {
      const [name, form] = typeof member === "string" ? [member, undefined] : member;
      const own = value[memberName(name)];
      printed[name] = form ? form(own) : (own ?? null);
    }
    return printed;
  };
}

/** A text that is "" when absent. */
export function textForm(value: Draft): Draft {
  return value ?? "";
}

/** A number that is 0 when absent. */
export function numberForm(value: Draft): Draft {
  return value ?? 0;
}
