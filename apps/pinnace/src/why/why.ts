import { shortHumanDuration, timeOf } from "@pinnace/apimachinery";
import type { ExplainedAttempt, ExplainedNode, SchedulingExplanation } from "@pinnace/scheduler";
import { renderTable } from "../output/table.ts";
import { withCluster } from "./connect.ts";
import type { ClusterChoice } from "./why-command.ts";

/** Prints why a pod is where it is, or nowhere. */
export async function why(pod: string, choice: ClusterChoice): Promise<void> {
  const explanation = await withCluster(choice, async ({ client, namespace }) => {
    const path = `/apis/scheduling.pinnace.dev/v1/namespaces/${namespace}/schedulingexplanations/${pod}`;
    return (await client.raw({ path })).object as SchedulingExplanation;
  });
  process.stdout.write(renderExplanation(explanation, Date.now()));
}

/** `now` is milliseconds since the epoch. */
export function renderExplanation({ metadata, status }: SchedulingExplanation, now: number): string {
  const { nodeName, attempts, evaluation, schedulerName } = status;
  const name = `${metadata.namespace}/${metadata.name}`;
  const last = attempts.at(-1);
  const where = nodeName === undefined ? `has no node: ${placeText(status)}` : `is on node ${nodeName}`;
  const head = `Pod ${name} ${where}.\n`;
  const history = attempts.map((attempt) => attemptText(attempt, now)).join("");
  const asked = nodeName === undefined ? (evaluation ?? last) : last;
  if (asked === undefined) {
    const forgotten = nodeName === undefined ? `its scheduler is ${schedulerName}` : "its attempts are forgotten";
    return `${head}Nothing more is known: ${forgotten}.\n`;
  }
  const preFilter =
    asked.preFilter === undefined
      ? ""
      : `\n${asked.preFilter.plugin} rejects it on every node: ${asked.preFilter.reasons.join(", ")}\n`;
  const nodes = asked.nodes ?? [];
  return `${head}${history}${preFilter}${nodes.length === 0 ? "" : `\n${renderNodes(nodes, nodeName)}`}`;
}

function placeText({ queue, gatedBy, waitingFor = [] }: SchedulingExplanation["status"]): string {
  const plugins = waitingFor.join(", ");
  if (queue === "gated") return `${gatedBy ?? "a plugin"} keeps it out of the queue`;
  if (queue === "active") return "it is about to be tried";
  if (queue === "attempt") return "it is being tried or bound";
  if (queue === "backoff") return "it is tried again after its back-off";
  if (queue === "unschedulable") return `it waits for something that ${plugins || "a plugin"} cares for`;
  return "no scheduler here is responsible for it, or it is over";
}

function attemptText({ attempt, time, outcome, message }: ExplainedAttempt, now: number): string {
  const age = shortHumanDuration(now - (timeOf(time) ?? now));
  return `Attempt ${attempt}, ${age} ago, ${outcome}${message === "" ? "" : `: ${message}`}\n`;
}

/** Scores that are the same on all nodes decide nothing: they are named below the table. */
function renderNodes(nodes: readonly ExplainedNode[], chosen: string | undefined): string {
  const scored = nodes.filter(({ scores }) => scores !== undefined);
  const plugins = [...new Set(scored.flatMap(({ scores }) => Object.keys(scores!)))];
  const differs = (plugin: string): boolean => new Set(scored.map(({ scores }) => scores![plugin] ?? 0)).size > 1;
  const columns = plugins.filter(differs);
  const equal = plugins.filter((plugin) => !differs(plugin) && scored[0]!.scores![plugin] !== 0);
  const rejects = nodes.some(({ rejectedBy }) => rejectedBy !== undefined);
  const head = ["NODE", "FITS", ...(scored.length === 0 ? [] : ["SCORE"]), ...columns, ...(rejects ? ["WHY NOT"] : [])];
  const rows = nodes.map(({ name, fits, total, scores, rejectedBy = [] }) => [
    name === chosen ? `${name} *` : name,
    fits ? "yes" : "no",
    ...(scored.length === 0 ? [] : [total === undefined ? "" : String(total)]),
    ...columns.map((plugin) => (scores === undefined ? "" : String(scores[plugin] ?? 0))),
    ...(rejects ? [rejectedBy.map(({ plugin, reasons }) => `${plugin}: ${reasons.join(", ")}`).join("; ")] : []),
  ]);
  const note =
    equal.length === 0 || scored.length < 2
      ? ""
      : `\nThe same on all nodes: ${equal.map((plugin) => `${plugin} ${scored[0]!.scores![plugin]}`).join(", ")}\n`;
  return renderTable([head, ...rows]) + note;
}
