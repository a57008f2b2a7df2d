import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { MissingNodes, WhatIfAnswer, WhatIfPlacement } from "@pinnace/scheduler";
import { renderTable } from "../output/table.ts";
import { withCluster } from "./connect.ts";
import type { ClusterChoice } from "./why-command.ts";
import { objectsOf } from "./yaml-documents.ts";

/** Prints where the pods of a file would go; exit code 1 when not all of them fit. */
export async function whatIf(file: string, choice: ClusterChoice): Promise<void> {
  const body = objectsOf(file === "-" ? await text(process.stdin) : await readFile(file, "utf8"));
  const answer = await withCluster(choice, async ({ client, namespace }) => {
    const path = `/apis/scheduling.pinnace.dev/v1/namespaces/${namespace}/whatifs`;
    return (await client.raw({ method: "POST", path, body })).object as WhatIfAnswer;
  });
  process.stdout.write(renderAnswer(answer));
  if (!answer.status.fits) process.exitCode = 1;
}

export function renderAnswer({ status }: WhatIfAnswer): string {
  const { fits, placements, missingNodes = [] } = status;
  const parts = [
    headText(status),
    nodesText(placements),
    evictionsText(placements),
    refusalsText(placements),
    fits ? "" : missingText(missingNodes),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function headText({ fits, pods, placed, placements }: WhatIfAnswer["status"]): string {
  const head = fits ? `All ${pods} pods fit` : `${placed} of ${pods} pods fit`;
  const pushing = placements.filter(({ evicts }) => evicts !== undefined).length;
  return pushing === 0 ? `${head}.\n` : `${head}, ${pushing} of them only when others leave.\n`;
}

/** Who would leave, and for whom. */
function evictionsText(placements: readonly WhatIfPlacement[]): string {
  const rows = placements.flatMap(({ evicts = [], nodeName = "", pod }) =>
    evicts.map(({ namespace, name, priority }) => [`${namespace}/${name}`, String(priority), nodeName, pod]),
  );
  if (rows.length === 0) return "";
  const violated = placements.reduce((sum, { violatedBudgets = 0 }) => sum + violatedBudgets, 0);
  const one = violated === 1 ? "1 of them is" : `${violated} of them are`;
  const warning = violated === 0 ? "" : `${one} protected by a PodDisruptionBudget.\n`;
  return renderTable([["WOULD BE EVICTED", "PRIORITY", "NODE", "FOR"], ...rows]) + warning;
}

function nodesText(placements: readonly WhatIfPlacement[]): string {
  const byNode = Map.groupBy(
    placements.filter(({ nodeName }) => nodeName !== undefined),
    ({ nodeName }) => nodeName!,
  );
  if (byNode.size === 0) return "";
  const rows = [...byNode]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, there]) => [node, String(there.length), namesText(there)]);
  return renderTable([["NODE", "PODS", "NAMES"], ...rows]);
}

/** Names of pods, as many as a line has room for. */
function namesText(placements: readonly WhatIfPlacement[]): string {
  const names = placements.map(({ pod }) => pod);
  return names.length <= 6 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}

function refusalsText(placements: readonly WhatIfPlacement[]): string {
  const byMessage = Map.groupBy(
    placements.filter(({ nodeName }) => nodeName === undefined),
    ({ message }) => message ?? "",
  );
  return [...byMessage].map(([message, pods]) => `No node for ${namesText(pods)}:\n  ${message}\n`).join("");
}

function missingText(missing: readonly MissingNodes[]): string {
  if (missing.length === 0) return "No number of nodes like those that are there would do.\n";
  const text = missing.map(({ like, nodes }) => `${nodes} more like ${like}`).join(", or ");
  return `It would take ${text}.\n`;
}
