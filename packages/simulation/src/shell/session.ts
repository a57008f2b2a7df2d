import type { ExecRequest, StreamExit, StreamIo } from "@pinnace/cri";
import type { SimulatedContainer } from "../simulated-container.ts";
import { type CommandOutput, runCommand, type ShellComponents } from "./run-command.ts";

/**
 * An exec in a simulated container. A shell without a script reads commands line by line and answers each at once (with
 * a prompt and an echo on a terminal); everything else runs once with all of its input.
 */
export async function execSession(
  container: SimulatedContainer,
  request: ExecRequest,
  io: StreamIo,
  components: ShellComponents,
): Promise<StreamExit> {
  if (isInteractiveShell(request)) return interactive(container, request, io, components);
  const [program = ""] = request.command;
  const stdin = request.stdin && needsInput(request.command) ? await readAll(io) : "";
  const output = await runCommand(container, request.command, stdin, components);
  const missing = output.exitCode === 127 && !/(^|\/)(sh|bash|ash)$/.test(program);
  if (!missing) {
    write(io, request.tty, output);
    return { exitCode: output.exitCode };
  }
  const error = `error executing command in container: failed to exec in container: OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown`;
  return { exitCode: 127, error };
}

function isInteractiveShell({ command, stdin }: ExecRequest): boolean {
  return (
    stdin &&
    /(^|\/)(sh|bash|ash)$/.test(command[0] ?? "") &&
    command.every((word, index) => index === 0 || /^-[il]+$/.test(word))
  );
}

function needsInput(command: readonly string[]): boolean {
  return command[0] === "cat" || /(^|\/)(sh|bash|ash)$/.test(command[0] ?? "");
}

async function readAll(io: StreamIo): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of io.stdin) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

async function interactive(
  container: SimulatedContainer,
  { tty }: ExecRequest,
  io: StreamIo,
  components: ShellComponents,
): Promise<StreamExit> {
  const say = (text: string): void => io.stdout(new TextEncoder().encode(text));
  const decoder = new TextDecoder();
  let pending = "";
  let exitCode = 0;
  if (tty) say("/ # ");
  for await (const chunk of io.stdin) {
    const typed = decoder.decode(chunk, { stream: true });
    if (tty) say(typed.replaceAll("\r", "\r\n"));
    pending += typed.replaceAll("\r", "\n");
    if (pending.includes("\u0004")) return { exitCode };
    for (let end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
      const line = pending.slice(0, end).trim();
      pending = pending.slice(end + 1);
      const exit = /^exit(?:\s+(\d+))?$/.exec(line);
      if (exit) return { exitCode: Number(exit[1] ?? exitCode) & 255 };
      const output = await runCommand(container, ["sh", "-c", line], "", components);
      exitCode = output.exitCode;
      write(io, tty, output);
      if (tty) say("/ # ");
    }
  }
  return { exitCode };
}

function write(io: StreamIo, tty: boolean, { stdout, stderr }: CommandOutput): void {
  const encoder = new TextEncoder();
  const lines = (text: string): Uint8Array => encoder.encode(tty ? text.replaceAll("\n", "\r\n") : text);
  if (stdout !== "") io.stdout(lines(stdout));
  if (stderr !== "" && tty) io.stdout(lines(stderr));
  else if (stderr !== "") io.stderr(encoder.encode(stderr));
}
