import { type CniConfig, CniError, type HostLocalConfig } from "@pinnace/cni-plugins";

/** The plugin's part of a network's chain. */
interface PtpConfig {
  /** Bytes, 576 to 65535; absent: 1500. Choose 1450 below a VXLAN. */
  readonly mtu: number | undefined;
  /** Routes of the pod; default: everything through the gateway. */
  readonly routes: readonly { readonly dst: string; readonly gw?: string }[];
}

const EVERYTHING: PtpConfig["routes"] = [{ dst: "0.0.0.0/0" }];

/** Throws code 7 when a member makes no sense. */
export function readPtpConfig(config: CniConfig): PtpConfig {
  const mtu = config.mtu === 0 ? undefined : config.mtu;
  if (mtu !== undefined && !(Number.isInteger(mtu) && (mtu as number) >= 576 && (mtu as number) <= 65535)) {
    throw new CniError(7, "invalid mtu", `it must be an integer from 576 to 65535, not ${JSON.stringify(config.mtu)}`);
  }
  const routes = (config.ipam as HostLocalConfig | undefined)?.routes ?? EVERYTHING;
  for (const { dst, gw } of routes) {
    if (!/^[\d./]+$/.test(dst) || (gw !== undefined && !/^[\d.]+$/.test(gw))) {
      throw new CniError(7, "invalid route", JSON.stringify({ dst, gw }));
    }
  }
  return { mtu: mtu as number | undefined, routes };
}
