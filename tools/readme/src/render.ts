/** The text of a `@packageDocumentation` block, without its decoration and the tag; undefined when there is none. */
export function packageDocumentation(source: string): string | undefined {
  const block = source.match(/^\/\*\*([\s\S]*?)\*\//)?.[1];
  if (block === undefined || !block.includes("@packageDocumentation")) return undefined;
  const lines = block.split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
  return lines.join("\n").replace("@packageDocumentation", "").trim();
}

/** The README of a package: its name, the documentation of its entry point, how to install it. */
export function renderReadme(name: string, documentation: string, published: boolean): string {
  const install = published ? `\n## Install\n\n\`\`\`sh\nnpm install ${name}\n\`\`\`\n` : "";
  return `# ${name}\n\n${documentation}\n${install}\n## License\n\nApache-2.0\n`;
}

/** The TypeScript examples of a README. */
export function examplesOf(readme: string): readonly string[] {
  return [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
}
