import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@pinnace/errors";
import { shimProgram } from "./shim-program.ts";

export interface CniShimOptions {
  /** Where the container runtime looks for CNI executables (`/opt/cni/bin`). Made when it is missing. */
  readonly binaryDirectory: string;
  /** The socket of the agent ({@link CniAgentOptions.socketPath}), absolute, at most 107 bytes. */
  readonly socketPath: string;
  /** Types that the agent serves: `["ptp", "loopback"]`. Other executables in the directory stay as they are. */
  readonly types: readonly string[];
  /** Default: this machine's. Only `x64` and `arm64` are known; others: `ARCHITECTURE_UNKNOWN`. */
  readonly architecture?: string;
}

/** Writes one executable for each type that forwards to the agent; replaces those of an earlier run at once. */
export async function installCniShim(options: CniShimOptions): Promise<void> {
  const { binaryDirectory, socketPath, types, architecture = process.arch } = options;
  if (architecture !== "x64" && architecture !== "arm64") {
    throw new CodedError("ARCHITECTURE_UNKNOWN", `there is no CNI shim for ${architecture}, only for x64 and arm64`);
  }
  const program = shimProgram(architecture === "x64" ? "amd64" : "arm64", socketPath);
  await mkdir(binaryDirectory, { recursive: true });
  for (const type of types) await replaceFile(join(binaryDirectory, type), program, 0o755);
}

export interface CniNetworkOptions {
  /** Where the container runtime looks for networks (`/etc/cni/net.d`). Made when it is missing. */
  readonly configDirectory: string;
  /** Default `pinnace`. */
  readonly name?: string;
  /** Version of the spec; default `1.0.0`, the newest that containerd 1.6 and 1.7 understand. */
  readonly cniVersion?: string;
  /** The chain: `[{ "type": "ptp", "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.244.0.0/24" }]] } }]`. */
  readonly plugins: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Writes `10-<name>.conflist`. containerd watches the directory: its network is ready as soon as the file is there, so
 * write it when the node's pod range is known.
 */
export async function installCniNetwork(options: CniNetworkOptions): Promise<void> {
  const { configDirectory, name = "pinnace", cniVersion = "1.0.0", plugins } = options;
  await mkdir(configDirectory, { recursive: true });
  const text = `${JSON.stringify({ cniVersion, name, plugins }, null, 2)}\n`;
  await replaceFile(join(configDirectory, `10-${name}.conflist`), text, 0o644);
}

/** A reader sees the old file or the new one. The draft has no name that a runtime would take for a network. */
async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, content, { mode });
  await rename(draft, path);
}
