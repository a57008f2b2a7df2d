import { networkInterfaces } from "node:os";

/** The machine's first IPv4 address that others could use; the API's address for what runs in the cluster. */
export function hostAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "192.0.2.1";
}
