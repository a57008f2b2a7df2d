import { CniError, type CniInterface, type CniIp, type CniResult } from "../contract.ts";

/** Versions whose results can be read and written, oldest first. */
export const CNI_RESULT_VERSIONS: readonly string[] = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

type Json = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

function known(version: string): number {
  const index = CNI_RESULT_VERSIONS.indexOf(version);
  if (index < 0) {
    throw new CniError(1, "incompatible CNI versions", `results of version ${JSON.stringify(version)} are not known`);
  }
  return index;
}

/** Reads a result of any version from 0.3.0. What it leaves out is empty. Throws code 1 (version) or 6 (no object). */
export function readResult(value: unknown): CniResult {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CniError(6, "failed to decode the result", "a result must be an object");
  }
  const result = value as Json;
  const cniVersion = String(result.cniVersion ?? "0.3.1");
  known(cniVersion);
  return {
    cniVersion,
    interfaces: list(result.interfaces) as unknown as readonly CniInterface[],
    ips: list(result.ips).map(({ version: _version, ...ip }) => ip as unknown as CniIp),
    routes: list(result.routes) as unknown as CniResult["routes"],
    dns: (result.dns ?? {}) as CniResult["dns"],
  };
}

/**
 * The result as the given version spells it: before 1.0.0 each address tells its family, and before 1.1.0 neither
 * interfaces nor routes have an MTU. Throws code 1.
 */
export function writeResult(result: CniResult, version: string): Json {
  const index = known(version);
  const [withFamily, withoutMtu] = [index < 3, index < 4];
  const strip = (entry: object): object => {
    const { mtu: _mtu, ...rest } = entry as { mtu?: number };
    return withoutMtu ? rest : entry;
  };
  const ips = result.ips.map((ip) => (withFamily ? { version: ip.address.includes(":") ? "6" : "4", ...ip } : ip));
  return {
    cniVersion: version,
    interfaces: result.interfaces.map(strip),
    ips,
    routes: result.routes.map(strip),
    dns: result.dns,
  };
}
