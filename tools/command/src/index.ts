/** How the tools begin and end. */
export { type CommandContext, runCommand } from "./run-command.ts";
export { readOptions, UsageError } from "./usage.ts";
