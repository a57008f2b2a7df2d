import { Command } from "commander";

const collect = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text];

/** The `plugins` command; `run` is called with the folders to look at besides the usual ones. */
export function pluginsCommand(run: (folders: readonly string[]) => Promise<void>): Command {
  return new Command("plugins")
    .description("list the plugins that are found, and why one cannot be used")
    .option("--plugins <folder>", "look in this folder, too (repeatable)", collect)
    .action(({ plugins = [] }: { plugins?: readonly string[] }) => run(plugins));
}
