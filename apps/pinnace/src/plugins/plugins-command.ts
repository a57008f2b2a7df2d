import { CNI_PLUGIN_TYPE } from "@pinnace/cni-plugins";
import { createPluginRegistry, type PluginHost, type PluginReport } from "@pinnace/plugin";
import { SCHEDULER_API_VERSION, SCHEDULER_PLUGIN_TYPE } from "@pinnace/scheduler-framework";
import { Command } from "commander";
import { findPlugins } from "./plugin-folders.ts";

/** The kinds of plugins that this command takes. */
export const PLUGIN_HOSTS: readonly PluginHost[] = [
  { type: SCHEDULER_PLUGIN_TYPE, apiVersion: SCHEDULER_API_VERSION },
  { type: CNI_PLUGIN_TYPE, apiVersion: "1.0.0" },
];

const collect = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text];

/** `pinnace plugins`: what was found where, and whether it can be used. */
export function pluginsCommand(): Command {
  return new Command("plugins")
    .description("list the plugins that are found, and why one cannot be used")
    .option("--plugins <folder>", "look in this folder, too (repeatable)", collect)
    .action(async ({ plugins = [] }: { plugins?: readonly string[] }) => {
      const warn = (message: string): void => void process.stderr.write(`warning: ${message}\n`);
      const { reports } = createPluginRegistry(await findPlugins(plugins, warn), { hosts: PLUGIN_HOSTS });
      process.stdout.write(renderReports(reports));
      if (reports.some((report) => report.state === "failed")) process.exitCode = 1;
    });
}

/** A table as kubectl prints them. */
export function renderReports(reports: readonly PluginReport[]): string {
  const rows = reports.map((report) => [
    report.name ?? "<unknown>",
    report.type ?? "<unknown>",
    report.state,
    report.source,
    report.error === undefined ? (report.reason ?? "") : `${report.error.code}: ${report.error.message}`,
  ]);
  const all = [["NAME", "TYPE", "STATE", "SOURCE", "REASON"], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join("   ")
          .trimEnd()}\n`,
    )
    .join("");
}
