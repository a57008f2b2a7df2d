/**
 * The program of the sandbox container, as a static ELF executable of a few hundred bytes. It ignores SIGCHLD, so that the
 * kernel reaps orphans when a pod shares its process namespace, and then sleeps until it is killed.
 */
export function pauseProgram(architecture: "amd64" | "arm64"): Uint8Array {
  return architecture === "amd64" ? elf(0x3e, amd64()) : elf(0xb7, arm64());
}

const LOAD_ADDRESS = 0x400000n;
const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;

/** One loadable, executable segment that holds the headers and the code. */
function elf(machine: number, code: Uint8Array): Uint8Array {
  const start = HEADER_SIZE + PROGRAM_HEADER_SIZE;
  const file = new Uint8Array(start + code.length);
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
  file.set(code, start);
  return file;
}

/** struct sigaction with the handler SIG_IGN. */
const IGNORE: readonly number[] = [1, ...new Array<number>(31).fill(0)];

function amd64(): Uint8Array {
  const sigaction = [
    ...[0xbf, 17, 0, 0, 0], // mov edi, SIGCHLD
    ...[0x48, 0x8d, 0x35, 24, 0, 0, 0], // lea rsi, [rip+24]: IGNORE
    ...[0x31, 0xd2], // xor edx, edx
    ...[0x41, 0xba, 8, 0, 0, 0], // mov r10d, 8
    ...[0xb8, 13, 0, 0, 0], // mov eax, rt_sigaction
    ...[0x0f, 0x05], // syscall
  ];
  const sleep = [
    ...[0xb8, 34, 0, 0, 0], // mov eax, pause
    ...[0x0f, 0x05], // syscall
    ...[0xeb, 0xf7], // jmp to the mov
  ];
  return Uint8Array.from([...sigaction, ...sleep, ...IGNORE]);
}

function arm64(): Uint8Array {
  const move = (register: number, value: number): number => (0xd2800000 | (value << 5) | register) >>> 0;
  const call = 0xd4000001; // svc #0
  const sleep = [move(0, 0), move(1, 0), move(2, 0), move(3, 0), move(8, 73), call]; // ppoll of nothing, forever
  const back = (0x14000000 | (-sleep.length & 0x3ffffff)) >>> 0;
  const words = 6 + sleep.length + 1;
  const address = (0x10000000 | ((words - 1) << 5) | 1) >>> 0; // adr x1, IGNORE (it is the second instruction)
  const code = [move(0, 17), address, move(2, 0), move(3, 8), move(8, 134), call, ...sleep, back];
  const bytes = new Uint8Array(code.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of code.entries()) view.setUint32(index * 4, word, true);
  return Uint8Array.from([...bytes, ...IGNORE]);
}
