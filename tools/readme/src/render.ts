/** The text of the `@packageDocumentation` block that a file opens with, undecorated and without the tag. */
export function packageDocumentation(source: string): string | undefined {
  const block = source.match(/^(?:#![^\n]*\n)?\/\*\*([\s\S]*?)\*\//)?.[1];
  if (block === undefined || !block.includes("@packageDocumentation")) return undefined;
  const lines = block.split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
  return lines.join("\n").replace("@packageDocumentation", "").trim();
}

/** What a README is made from: the package's name, whether it has a command, the documentation of its entry point. */
export interface ReadmeInput {
  readonly name: string;
  readonly command: boolean;
  readonly documentation: string;
}

/** The README of a package: its name, the documentation of its entry point, how to install it. */
export function renderReadme({ name, command, documentation }: ReadmeInput): string {
  const install = `\n## Install\n\n\`\`\`sh\nnpm install ${command ? "--global " : ""}${name}\n\`\`\`\n`;
  return `# ${name}\n\n${documentation}\n${install}\n## License\n\nApache-2.0\n`;
}

/** The TypeScript examples of a README. */
export function examplesOf(readme: string): readonly string[] {
  return [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
}
