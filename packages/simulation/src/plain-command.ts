/** What a container does by itself. */
export interface Course {
  /** Seconds until it exits; undefined: it runs until it is stopped. */
  readonly seconds?: number;
  readonly exitCode: number;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };
const ENDLESS: Course = { exitCode: 0 };

/**
 * The course of a container whose command says it in plain words: `sleep 300`, `true`, `false`, `sh -c "sleep 1; exit 3"`.
 * An image that is named `pause` runs until it is stopped. Undefined when the command says nothing of the kind.
 */
export function courseOf(image: string, words: readonly string[]): Course | undefined {
  const [path = "", ...args] = words;
  const program = path.slice(path.lastIndexOf("/") + 1);
  if (program === "") return /(^|\/)pause(?:[:@]|$)/.test(image) ? ENDLESS : undefined;
  if (program !== "sh" && program !== "bash" && program !== "ash") return simple(program, args);
  return /^-[a-z]*c$/.test(args[0] ?? "") ? script(args[1] ?? "") : undefined;
}

function simple(program: string, args: readonly string[]): Course | undefined {
  if (program === "true") return { seconds: 0, exitCode: 0 };
  if (program === "false") return { seconds: 0, exitCode: 1 };
  if (program !== "sleep" || args.length === 0) return undefined;
  let seconds = 0;
  for (const each of args) {
    if (each === "infinity" || each === "inf") return ENDLESS;
    const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(each);
    if (match === null) return undefined;
    seconds += Number(match[1]) * (UNITS[match[2] ?? ""] ?? 1);
  }
  return { seconds, exitCode: 0 };
}

/** Statements one after the other; one that is not plain makes the whole unknown. */
function script(text: string): Course | undefined {
  let seconds = 0;
  let exitCode = 0;
  const statements = text.split(/[;\n]/).map((each) => each.trim().split(/\s+/));
  for (const [program = "", ...args] of statements) {
    if (program === "") continue;
    if (program === "exit")
      return /^\d*$/.test(args[0] ?? "") ? { seconds, exitCode: Number(args[0] ?? exitCode) } : undefined;
    const step = simple(program, args);
    if (step === undefined) return undefined;
    if (step.seconds === undefined) return ENDLESS;
    seconds += step.seconds;
    exitCode = step.exitCode;
  }
  return { seconds, exitCode };
}
