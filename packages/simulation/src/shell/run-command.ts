import type { Clock } from "@pinnace/clock";
import type { SimulatedContainer } from "../simulated-container.ts";
import { type ShellFiles, shellFiles } from "./file-system.ts";
import { parseScript } from "./words.ts";

export interface ShellComponents {
  readonly clock: Clock;
  readonly files?: (hostPath: string) => Promise<ReadonlyMap<string, Uint8Array>>;
}

export interface CommandOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command sees. */
interface Invocation {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly env: ReadonlyMap<string, string>;
  readonly files: ShellFiles;
  readonly container: SimulatedContainer;
  readonly clock: Clock;
}

type Command = (invocation: Invocation) => Promise<CommandOutput> | CommandOutput;

/** Runs one of the few commands that a simulated container knows; everything else is not found (127). */
export async function runCommand(
  container: SimulatedContainer,
  words: readonly string[],
  stdin: string,
  components: ShellComponents,
): Promise<CommandOutput> {
  const [name = "", ...args] = words;
  const program = name.slice(name.lastIndexOf("/") + 1);
  const env = new Map([
    ["HOSTNAME", container.sandbox.config.hostname],
    ["PATH", "/usr/local/bin:/usr/bin:/bin"],
  ]);
  for (const { name: variable, value } of container.config.env) env.set(variable, value);
  const noFiles = async (): Promise<ReadonlyMap<string, Uint8Array>> => new Map();
  const files = shellFiles(container, components.files ?? noFiles);
  const invocation = { args, stdin, env, files, container, clock: components.clock };
  if (program === "sh" || program === "bash" || program === "ash") return shell(invocation, components);
  const command = Object.hasOwn(COMMANDS, program) ? COMMANDS[program] : undefined;
  if (!command) return failure(127, `sh: ${name}: not found\n`);
  return command(invocation);
}

async function shell({ args, stdin, env, container }: Invocation, components: ShellComponents): Promise<CommandOutput> {
  const script = /^-[a-z]*c$/.test(args[0] ?? "") ? (args[1] ?? "") : stdin;
  let last: CommandOutput = success("");
  let stdout = "";
  let stderr = "";
  for (const { when, words } of parseScript(script, (name) =>
    name === "?" ? String(last.exitCode) : (env.get(name) ?? ""),
  )) {
    if ((when === "success" && last.exitCode !== 0) || (when === "failure" && last.exitCode === 0)) continue;
    if (words[0] === "exit") return { exitCode: Number(words[1] ?? last.exitCode) & 255, stdout, stderr };
    last = await runCommand(container, words, stdin, components);
    stdout += last.stdout;
    stderr += last.stderr;
  }
  return { exitCode: last.exitCode, stdout, stderr };
}

const COMMANDS: Readonly<Record<string, Command>> = {
  true: () => success(""),
  false: () => failure(1, ""),
  echo: ({ args }) => success(args[0] === "-n" ? args.slice(1).join(" ") : `${args.join(" ")}\n`),
  env: ({ env }) => success([...env].map(([name, value]) => `${name}=${value}\n`).join("")),
  printenv: ({ args, env }) => {
    const value = env.get(args[0] ?? "");
    return value === undefined ? failure(1, "") : success(`${value}\n`);
  },
  hostname: ({ args, container }) =>
    success(`${args[0] === "-i" ? (container.sandbox.ips[0] ?? "") : container.sandbox.config.hostname}\n`),
  pwd: ({ container }) => success(`${container.config.workingDir ?? "/"}\n`),
  date: ({ clock }) => success(`${new Date(clock.now()).toUTCString()}\n`),
  id: ({ container }) => {
    const { runAsUser = 0, runAsGroup = 0 } = container.config.security;
    return success(`uid=${runAsUser} gid=${runAsGroup} groups=${runAsGroup}\n`);
  },
  whoami: ({ container }) => success(`${container.config.security.runAsUser ? "app" : "root"}\n`),
  sleep: async ({ args, clock }) => {
    await clock.sleep(Number.parseFloat(args[0] ?? "0") * 1000);
    return success("");
  },
  exit: ({ args }) => failure(Number(args[0] ?? 0) & 255, ""),
  cat: async ({ args, stdin, files }) => {
    if (args.length === 0) return success(stdin);
    let stdout = "";
    let stderr = "";
    for (const path of args) {
      const content = await files.read(path);
      if (content) stdout += new TextDecoder().decode(content);
      else stderr += `cat: can't open '${path}': No such file or directory\n`;
    }
    return { exitCode: stderr === "" ? 0 : 1, stdout, stderr };
  },
  ls: async ({ args, files, container }) => {
    const [path = container.config.workingDir ?? "/"] = args.filter((argument) => !argument.startsWith("-"));
    if (await files.read(path)) return success(`${path}\n`);
    const names = await files.list(path);
    if (!names) return failure(1, `ls: ${path}: No such file or directory\n`);
    return success(names.map((name) => `${name}\n`).join(""));
  },
  test: async ({ args, files }) => {
    const [flag = "", path = ""] = args;
    const isFile = (await files.read(path)) !== undefined;
    const isFolder = (await files.list(path)) !== undefined;
    const holds = flag === "-f" ? isFile : flag === "-d" ? isFolder : flag === "-e" ? isFile || isFolder : false;
    return holds ? success("") : failure(1, "");
  },
};

function success(stdout: string): CommandOutput {
  return { exitCode: 0, stdout, stderr: "" };
}

function failure(exitCode: number, stderr: string): CommandOutput {
  return { exitCode, stdout: "", stderr };
}
