import { CodedError } from "@pinnace/errors";
import { AMD64_CODE } from "./code-amd64.ts";
import { ARM64_CODE } from "./code-arm64.ts";

const LOAD_ADDRESS = 0x400000n;
const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
/** struct sockaddr_un: a family of two bytes, and a path that ends with a NUL. */
const SOCKET_ADDRESS_SIZE = 110;
const MOST_PATH_BYTES = 107;

/**
 * The program that a container runtime calls as a CNI plugin, as a static ELF executable of about a kilobyte that needs
 * no library, no shell and no Node: a pod start calls it twice, and a Node process would cost 40 ms each time.
 *
 * It connects to the socket and writes its environment (`NAME=value`, each ended by a NUL, the last followed by one more
 * NUL) and then its standard input until that ends. The first byte of the answer is its exit code, the rest goes to
 * standard output. When nobody answers, it prints the CNI error 11 ("try again later") and ends with 1.
 *
 * Throws `SOCKET_PATH_TOO_LONG` (more than 107 bytes, a limit of the kernel).
 */
export function shimProgram(architecture: "amd64" | "arm64", socketPath: string): Uint8Array {
  const path = new TextEncoder().encode(socketPath);
  if (path.length > MOST_PATH_BYTES) {
    throw new CodedError("SOCKET_PATH_TOO_LONG", `${socketPath} is longer than ${MOST_PATH_BYTES} bytes`, {
      remedy: "choose a shorter data directory",
    });
  }
  const code = architecture === "amd64" ? AMD64_CODE : ARM64_CODE;
  return elf(architecture === "amd64" ? 0x3e : 0xb7, [...fromHex(code.join("")), ...data(path, socketPath)]);
}

/** The socket's address, two bytes of padding, the length of the message, the message. */
function data(path: Uint8Array, socketPath: string): number[] {
  const msg = `the network agent does not answer at ${socketPath}`;
  const message = new TextEncoder().encode(JSON.stringify({ cniVersion: "1.0.0", code: 11, msg }));
  const bytes = new Uint8Array(SOCKET_ADDRESS_SIZE + 6);
  bytes.set([1, 0, ...path]); // AF_UNIX
  new DataView(bytes.buffer).setUint32(SOCKET_ADDRESS_SIZE + 2, message.length, true);
  return [...bytes, ...message];
}

/** One loadable segment that may be read and executed. */
function elf(machine: number, content: readonly number[]): Uint8Array {
  const start = HEADER_SIZE + PROGRAM_HEADER_SIZE;
  const file = new Uint8Array(start + content.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little endian, version 1
  view.setUint16(16, 2, true); // executable
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, LOAD_ADDRESS + BigInt(start), true); // entry
  view.setBigUint64(32, BigInt(HEADER_SIZE), true); // program headers
  view.setUint16(52, HEADER_SIZE, true);
  view.setUint16(54, PROGRAM_HEADER_SIZE, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 5, true); // read, execute
  view.setBigUint64(80, LOAD_ADDRESS, true);
  view.setBigUint64(88, LOAD_ADDRESS, true);
  view.setBigUint64(96, BigInt(file.length), true);
  view.setBigUint64(104, BigInt(file.length), true);
  view.setBigUint64(112, 0x1000n, true);
  file.set(content, start);
  return file;
}

const fromHex = (text: string): number[] => text.match(/../g)!.map((byte) => Number.parseInt(byte, 16));
