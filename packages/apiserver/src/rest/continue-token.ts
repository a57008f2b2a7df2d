import { badRequest } from "@pinnace/apimachinery";

/** Where the next page of a list begins. */
interface Continuation {
  /** The snapshot; -1 for the present, after the snapshot was forgotten. */
  readonly revision: number;
  /** The cache key of the last item before. */
  readonly after: string;
}

/** The token as upstream makes it: base64url of `{"v":"meta.k8s.io/v1","rv":…,"start":…}`. */
export function encodeContinue({ revision, after }: Continuation): string {
  const json = JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start: `${after}\u0000` });
  return btoa(String.fromCharCode(...new TextEncoder().encode(json)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

export function decodeContinue(token: string): Continuation {
  let json: string;
  try {
    const bytes = Uint8Array.from(atob(token.replace(/-/g, "+").replace(/_/g, "/")), (unit) => unit.charCodeAt(0));
    json = new TextDecoder().decode(bytes);
  } catch {
    throw invalidToken(`illegal base64 data at input byte ${Math.max(0, token.search(/[^A-Za-z0-9_-]/))}`);
  }
  let parsed: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    parsed = JSON.parse(json);
  } catch {
    throw invalidToken(`invalid character '${json[0] ?? ""}' looking for beginning of value`);
  }
  const { v, rv, start } = parsed;
  if (v !== "meta.k8s.io/v1")
    throw invalidToken(`server does not recognize this encoded version ${JSON.stringify(v ?? "")}`);
  if (typeof rv !== "number" || typeof start !== "string" || start === "")
    throw invalidToken("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  return { revision: rv, after: start.endsWith("\u0000") ? start.slice(0, -1) : start };
}

function invalidToken(why: string): Error {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
