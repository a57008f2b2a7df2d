#!/usr/bin/env node
import "reflect-metadata";
import { StatusError } from "@pinnace/apimachinery";
import { isCodedError } from "@pinnace/errors";
import { Command } from "commander";
import { pluginsCommand } from "./plugins/plugins-command.ts";
import { upCommand } from "./up/options.ts";
import { VERSION } from "./version.ts";

const program = new Command("pinnace")
  .description("a Kubernetes cluster from one command")
  .version(VERSION, "--version", "print the version")
  .showHelpAfterError("(see pinnace --help)")
  // Loaded when they run: help and refusals answer at once.
  .addCommand(upCommand(async (options) => (await import("./up/run-up.ts")).runUp(options)))
  .addCommand(pluginsCommand(async (folders) => (await import("./plugins/list-plugins.ts")).listPlugins(folders)));

try {
  await program.parseAsync();
} catch (error) {
  if (!isCodedError(error) && !(error instanceof StatusError)) throw error;
  const remedy = isCodedError(error) && error.remedy !== undefined ? `; ${error.remedy}` : "";
  process.stderr.write(`error: ${error.message}${remedy}\n`);
  process.exitCode = 1;
}
