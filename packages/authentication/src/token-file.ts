import type { UserInfo } from "@pinnace/apimachinery";
import { CodedError } from "@pinnace/errors";
import { type TokenAuthenticator, UNKNOWN_TOKEN } from "./token-authenticator.ts";

/** `TOKEN_FILE_INVALID`: a static token file cannot be read as one; the API server must not start with it. */
export type TokenFileErrorCode = "TOKEN_FILE_INVALID";

export class TokenFileError extends CodedError<TokenFileErrorCode> {}

/**
 * Reads the static token file of `kube-apiserver --token-auth-file`: CSV with `token,user,uid` and optionally a quoted,
 * comma-separated list of groups. Blank lines, lines with an empty token and lines that begin with `#` are skipped; of
 * two lines with the same token the later counts. Throws `TOKEN_FILE_INVALID`.
 */
export function parseTokenFile(csv: string, fileName = "token file"): ReadonlyMap<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  let number = 0;
  for (const line of csv.split(/\r?\n/)) {
    number++;
    if (line === "" || line.startsWith("#")) continue;
    const record = parseRecord(line, number, fileName);
    if (record.length < 3)
      throw new TokenFileError(
        "TOKEN_FILE_INVALID",
        `token file '${fileName}' must have at least 3 columns (token, user name, user uid), found ${record.length}`,
      );
    const [token = "", name = "", uid = "", groups = ""] = record.map((field) => field.trim());
    if (token === "") continue;
    const names = groups === "" ? [] : groups.split(",").map((group) => group.trim());
    users.set(token, { name, ...(uid === "" ? {} : { uid }), groups: names });
  }
  return users;
}

/** Static tokens by text, good for every audience. */
export function createStaticTokenAuthenticator(users: ReadonlyMap<string, UserInfo>): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      const user = users.get(token);
      return user === undefined ? UNKNOWN_TOKEN : { type: "authenticated", user, audiences };
    },
  };
}

/** The fields of one CSV line (RFC 4180: a quoted field doubles its quotes). */
function parseRecord(line: string, number: number, fileName: string): string[] {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (let end = ""; fields.length === 0 || end === ","; ) {
    const match = field.exec(line);
    if (match === null)
      throw new TokenFileError("TOKEN_FILE_INVALID", `token file '${fileName}', line ${number}: stray quote`);
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    end = match[3] ?? "";
  }
  return fields;
}
