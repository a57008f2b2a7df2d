import { readFile } from "node:fs/promises";

/** The name servers of a resolv.conf, without those of `ignore`, so that a server never forwards to itself. */
export async function upstreamServers(
  path = "/etc/resolv.conf",
  ignore: readonly string[] = [],
): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch((error: { code?: string }) => {
    if (error.code === "ENOENT") return ""; // a machine without resolvers
    throw error;
  });
  const servers = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1]!);
  return servers
    .filter((server) => !ignore.includes(server))
    .map((server) => (server.includes(":") ? `[${server}]` : server));
}
