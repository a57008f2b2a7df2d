import { join } from "node:path";
import {
  type Attachment,
  CNI_RESULT_VERSIONS,
  type CniComponents,
  type CniConfig,
  CniError,
  type CniPlugin,
  type CniRequest,
  type CniResult,
  createHostLocalIpam,
  type HostLocalIpam,
  inNamespace,
  isCniError,
  namespacePath,
} from "@pinnace/cni-plugins";
import { messageOf } from "@pinnace/errors";
import { readPtpConfig } from "./config.ts";
import { containerBatch, hostBatch, hostInterfaceName, type LinkPlan, linkOf } from "./link.ts";

type Run = CniComponents["run"];

/** The interface is not as the result says. */
const NOT_ATTACHED = 100;
/** A program of the host refused. */
const LINK_FAILED = 101;

interface PtpComponents extends CniComponents {
  /** Whether the host passes packets on between its interfaces (`net.ipv4.ip_forward`). */
  isForwarding(): Promise<boolean>;
}

export function createPtp({ stateDirectory, run, isForwarding }: PtpComponents): CniPlugin {
  const ipam = createHostLocalIpam({ directory: join(stateDirectory, "leases") });
  return {
    versions: CNI_RESULT_VERSIONS,
    async add(request) {
      if (!(await isForwarding())) await run("sysctl", ["-q", "-w", "net.ipv4.ip_forward=1"]).catch(refuse);
      return add(ipam, run, request);
    },
    async del(request) {
      await deleteLink(run, hostInterfaceName(request), request.signal);
      await ipam.release(request.config, request);
    },
    check: (request) => check(ipam, run, request),
    gc: (config, valid, signal) => collect(ipam, run, config, valid, signal),
    async status(config) {
      if ((await ipam.free(config)) === 0) throw new CniError(50, "no IP addresses are left");
    },
  };
}

function refuse(error: unknown): never {
  throw new CniError(LINK_FAILED, "the host does not forward packets", messageOf(error));
}

async function add(ipam: HostLocalIpam, run: Run, request: CniRequest): Promise<CniResult> {
  const { config, netns = "", ifname, signal } = request;
  namespacePath(netns);
  const { mtu, routes } = readPtpConfig(config);
  const leases = await ipam.allocate(config, request);
  const link = linkOf(request, leases[0]!.address);
  const plan: LinkPlan = { link, netns, ifname, mtu, leases, routes };
  try {
    await run("ip", ["-batch", "-"], { stdin: hostBatch(plan), signal });
    await run(...inNamespace(netns, ["ip", "-batch", "-"]), { stdin: containerBatch(plan), signal });
  } catch (error) {
    await deleteLink(run, link.hostName); // also when the signal is what ended the attempt
    await ipam.release(config, request);
    throw isCniError(error) ? error : new CniError(LINK_FAILED, "cannot attach the pod", messageOf(error));
  }
  return resultOf(plan, config);
}

function resultOf({ link, netns, ifname, mtu, leases, routes }: LinkPlan, config: CniConfig): CniResult {
  const size = mtu === undefined ? {} : { mtu };
  return {
    cniVersion: config.cniVersion,
    interfaces: [
      { name: link.hostName, mac: link.hostMac, ...size },
      { name: ifname, mac: link.containerMac, sandbox: netns, ...size },
    ],
    ips: leases.map(({ address, gateway }) => ({ interface: 1, address: `${address}/32`, gateway })),
    routes: routes.map(({ dst, gw = leases[0]!.gateway }) => ({ dst, gw })),
    dns: (config.dns ?? {}) as CniResult["dns"],
  };
}

/** The pod's end goes with the host's. A link that is gone already is as good. */
async function deleteLink(run: Run, name: string, signal?: AbortSignal): Promise<void> {
  try {
    await run("ip", ["link", "delete", "dev", name], signal === undefined ? {} : { signal });
  } catch (error) {
    if (!/Cannot find device|does not exist/.test(messageOf(error))) {
      throw new CniError(LINK_FAILED, `cannot delete ${name}`, messageOf(error));
    }
  }
}

async function check(ipam: HostLocalIpam, run: Run, request: CniRequest): Promise<void> {
  const { config, netns = "", ifname, previous, signal } = request;
  const leased = await ipam.find(config, request);
  const expected = (previous?.ips ?? []).map((ip) => ip.address.split("/")[0]!);
  const lost = expected.find((address) => !leased.includes(address));
  if (lost !== undefined) throw new CniError(NOT_ATTACHED, `the address ${lost} is not leased to the container`);
  const text = await run(...inNamespace(netns, ["ip", "-o", "-4", "address", "show", "dev", ifname]), { signal }).catch(
    (error: unknown) => {
      throw new CniError(NOT_ATTACHED, `interface ${ifname} is missing`, messageOf(error));
    },
  );
  const missing = expected.find((address) => !text.includes(` ${address}/`));
  if (missing !== undefined) throw new CniError(NOT_ATTACHED, `${ifname} does not have the address ${missing}`);
}

async function collect(
  ipam: HostLocalIpam,
  run: Run,
  config: CniConfig,
  valid: readonly Attachment[],
  signal: AbortSignal,
): Promise<void> {
  const keep = new Set(valid.map(({ containerId, ifname }) => `${containerId}/${ifname}`));
  for (const attachment of await ipam.attachments(config)) {
    if (keep.has(`${attachment.containerId}/${attachment.ifname}`)) continue;
    await deleteLink(run, hostInterfaceName(attachment), signal);
    await ipam.release(config, attachment);
  }
}
