import { createPluginRegistry, type PluginReport } from "@pinnace/plugin";
import { renderTable } from "../output/table.ts";
import { featureOfPlugin } from "../up/feature-gates.ts";
import { findPlugins } from "./plugin-folders.ts";
import { PLUGIN_HOSTS } from "./plugin-hosts.ts";

/** Prints what was found where, and whether it can be used; exit code 1 when something failed. */
export async function listPlugins(folders: readonly string[]): Promise<void> {
  const warn = (message: string): void => void process.stderr.write(`warning: ${message}\n`);
  const { reports } = createPluginRegistry(await findPlugins(folders, warn), { hosts: PLUGIN_HOSTS });
  process.stdout.write(renderReports(reports));
  if (reports.some((report) => report.state === "failed")) process.exitCode = 1;
}

function remarkOf({ error, name = "", reason = "", optional }: PluginReport): string {
  if (error !== undefined) return `${error.code}: ${error.message}`;
  if (optional !== true) return reason;
  const feature = featureOfPlugin(name);
  const gate = feature === undefined ? "" : `, or with --feature-gates ${feature}=true`;
  return `optional: used where --scheduler-config names it${gate}`;
}

/** A table as kubectl prints them. */
export function renderReports(reports: readonly PluginReport[]): string {
  const rows = reports.map((report) => [
    report.name ?? "<unknown>",
    report.type ?? "<unknown>",
    report.state,
    report.source,
    remarkOf(report),
  ]);
  return renderTable([["NAME", "TYPE", "STATE", "SOURCE", "REASON"], ...rows]);
}
