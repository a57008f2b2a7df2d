/** A line of a shell script cut into commands (`;`, `&&`, `||`, newlines) of words. */
interface ShellCommand {
  /** What must hold of the command before for this one to run. */
  readonly when: "always" | "success" | "failure";
  readonly words: readonly string[];
}

const TOKEN = /'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.)|(\$(?:\{\w+\}|\w+|\?))|([ \t]+)|(&&|\|\||[;\n])|([\s\S])/g;
const WHEN: Readonly<Record<string, ShellCommand["when"]>> = { "&&": "success", "||": "failure" };

/** Cuts a script; quotes, backslashes and `$NAME` are understood, nothing else of a shell is. */
export function parseScript(script: string, env: (name: string) => string): readonly ShellCommand[] {
  const commands: { when: ShellCommand["when"]; words: string[] }[] = [{ when: "always", words: [] }];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) commands.at(-1)?.words.push(word);
    word = undefined;
  };
  for (const [, single, double, escaped, variable, space, operator, plain] of script.matchAll(TOKEN)) {
    if (space !== undefined) endWord();
    else if (operator !== undefined) {
      endWord();
      commands.push({ when: WHEN[operator] ?? "always", words: [] });
    } else {
      const quoted = double === undefined ? undefined : substitute(double, env).replace(/\\(["\\$])/g, "$1");
      const reference = variable === undefined ? undefined : substitute(variable, env);
      word = (word ?? "") + (single ?? quoted ?? escaped ?? reference ?? plain ?? "");
    }
  }
  endWord();
  return commands.filter(({ words }) => words.length > 0);
}

function substitute(text: string, env: (name: string) => string): string {
  return text.replace(/\$\{(\w+)\}|\$(\w+|\?)/g, (_, braced: string | undefined, plain: string) =>
    env(braced ?? plain),
  );
}
