/** Reading credentials from files. */
import { readFile } from "node:fs/promises";
import type { UserInfo } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import { parseTokenFile, TokenFileError } from "../token-file.ts";

/** Reads a static token file (`--token-auth-file`). Throws `TOKEN_FILE_INVALID`. */
export async function readTokenFile(path: string): Promise<ReadonlyMap<string, UserInfo>> {
  return parseTokenFile(await read(path), path);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new TokenFileError("TOKEN_FILE_INVALID", `cannot read token file '${path}': ${messageOf(cause)}`, { cause });
  }
}
