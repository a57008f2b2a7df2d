#!/usr/bin/env node
/**
 * A Kubernetes cluster from one command: API server, scheduler and controllers in one process, and a real node on
 * containerd or simulated nodes.
 *
 * ```sh
 * pinnace up --nodes 3                            # three simulated nodes; Ctrl-C ends the cluster
 * export KUBECONFIG=~/.pinnace/kubeconfig       # in another shell; the exact line is printed
 * kubectl get nodes
 * ```
 *
 * `pinnace up` keeps the cluster's state in `~/.pinnace` (`--data-dir`) and goes on from it when it is started again.
 * On Linux as root, with containerd, runc and nftables there, it runs a real node; it says what is missing otherwise.
 *
 * Scheduler and CNI plugins are taken from `plugins/` of the current folder, and from `--plugins <folder>`: a package
 * with `pinnace.plugin` in its package.json is loaded, and a scheduler plugin takes part in the default profile unless it
 * is optional.
 *
 * ```sh
 * pinnace plugins   # what was found where, and why something cannot be used
 * ```
 *
 * `--scheduler-config <file>` takes a `KubeSchedulerConfiguration` (`kubescheduler.config.k8s.io/v1`) with profiles,
 * plugin arguments and extenders as kube-scheduler does; the profiles are then what the file says. When the file changes
 * the scheduler goes on with the new profiles; a file with a mistake changes nothing, and the mistake is printed.
 *
 * A backup is one file, encrypted with a passphrase, that has all a cluster is made of: its objects, its CA and its keys.
 *
 * ```sh
 * pinnace backup cluster.backup                                # also while the cluster runs; asks for a passphrase
 * pinnace check --backup cluster.backup                        # verifies every byte of it
 * pinnace restore cluster.backup --data-dir ~/.pinnace         # on any machine; then pinnace up
 * pinnace check                                                # verifies the state of the cluster itself
 * ```
 *
 * ```sh
 * pinnace why web-5c9d7-x2x9k        # why a pod is on its node, or on none: every node, every plugin
 * pinnace what-if -f deployment.yaml # where its pods would go, and how many nodes are missing; changes nothing
 * ```
 *
 * @packageDocumentation
 */
import "reflect-metadata";
import { StatusError } from "@pinnace/apimachinery";
import { isCodedError } from "@pinnace/errors";
import { Command } from "commander";
import { backupCommand, checkCommand, restoreCommand } from "./backup/commands.ts";
import { pluginsCommand } from "./plugins/plugins-command.ts";
import { upCommand } from "./up/options.ts";
import { VERSION } from "./version.ts";
import { whatIfCommand, whyCommand } from "./why/why-command.ts";

/** What the operating system refused, such as ENOSPC: no bug, and nothing that a stack trace would explain. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && "errno" in error;
}

const program = new Command("pinnace")
  .description("a Kubernetes cluster from one command")
  .version(VERSION, "--version", "print the version")
  .showHelpAfterError("(see pinnace --help)")
  // Loaded when they run: help and refusals answer at once.
  .addCommand(upCommand(async (options) => (await import("./up/run-up.ts")).runUp(options)))
  .addCommand(backupCommand(async (file, options) => (await import("./backup/run-commands.ts")).backup(file, options)))
  .addCommand(
    restoreCommand(async (file, options) => (await import("./backup/run-commands.ts")).restore(file, options)),
  )
  .addCommand(checkCommand(async (options) => (await import("./backup/run-commands.ts")).check(options)))
  .addCommand(whyCommand(async (pod, choice) => (await import("./why/why.ts")).why(pod, choice)))
  .addCommand(whatIfCommand(async (file, choice) => (await import("./why/what-if.ts")).whatIf(file, choice)))
  .addCommand(pluginsCommand(async (folders) => (await import("./plugins/list-plugins.ts")).listPlugins(folders)));

try {
  await program.parseAsync();
} catch (error) {
  if (!isCodedError(error) && !(error instanceof StatusError) && !isSystemError(error)) throw error;
  const remedy = isCodedError(error) && error.remedy !== undefined ? `; ${error.remedy}` : "";
  process.stderr.write(`error: ${error.message}${remedy}\n`);
  process.exitCode = 1;
}
