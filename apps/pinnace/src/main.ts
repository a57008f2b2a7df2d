#!/usr/bin/env node
import "reflect-metadata";
import { isCodedError } from "@pinnace/errors";
import { Command } from "commander";
import { pluginsCommand } from "./plugins/plugins-command.ts";
import { upCommand } from "./up/options.ts";
import { runUp } from "./up/run-up.ts";
import { VERSION } from "./version.ts";

const program = new Command("pinnace")
  .description("a Kubernetes cluster from one command")
  .version(VERSION, "--version", "print the version")
  .showHelpAfterError("(see pinnace --help)")
  .addCommand(upCommand(runUp))
  .addCommand(pluginsCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!isCodedError(error)) throw error;
  process.stderr.write(`error: ${error.message}${error.remedy === undefined ? "" : `; ${error.remedy}`}\n`);
  process.exitCode = error.code === "USAGE" ? 2 : 1;
}
