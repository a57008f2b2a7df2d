import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createRealClock } from "@pinnace/clock";
import type { Cluster } from "@pinnace/cluster";
import { CodedError, messageOf } from "@pinnace/errors";
import { openFoundation, reachable, startControlPlane, writeAdminKubeconfig } from "./control-plane.ts";
import { openDataDirectory, requireRestored, resetDataDirectory } from "./data-directory.ts";
import { followSchedulerConfig } from "./follow-scheduler-config.ts";
import { hostAddress } from "./host-address.ts";
import { installPackages } from "./install-packages.ts";
import { chooseNodes, type NodeKind, thisMachine } from "./node-kind.ts";
import { takeMachine } from "./node-lock.ts";
import type { UpOptions } from "./options.ts";
import { createProgress, type Progress } from "./progress.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { renderSummary } from "./summary.ts";

/**
 * Starts a cluster, says what runs where, and keeps it running until SIGINT, SIGTERM or SIGHUP. A signal during the
 * start ends it after the step that runs.
 */
export async function runUp(options: UpOptions): Promise<void> {
  const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  const write = (text: string): void => void process.stdout.write(text);
  const now = (): number => performance.now();
  // Nobody reads on when the terminal is gone; all that was started is stopped nevertheless.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const stop = stopOnSignals(process, { write, now, pid: process.pid });
  const progress = createProgress({ write, now, color, signal: stop });
  const undo: (() => unknown)[] = [];
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined); // it may come before anybody waits
  try {
    const onLost = (cause: unknown): void => lost.reject(leadershipLost(cause));
    const { summary } = await bringUp(options, progress, undo, onLost);
    stop.throwIfAborted();
    write(summary);
    await Promise.race([once(stop, "abort"), lost.promise]);
  } catch (error) {
    if (!stop.aborted || error !== stop.reason) throw error;
  } finally {
    await unwind(undo);
  }
  write("stopped\n");
}

async function bringUp(
  options: UpOptions,
  progress: Progress,
  undo: (() => unknown)[],
  onLost: (error: unknown) => void,
): Promise<{ readonly cluster: Cluster; readonly summary: string }> {
  const directory = await openDataDirectory(options.dataDir);
  undo.push(() => directory.release());
  if (options.reset) await progress.step("reset", () => resetDataDirectory(directory));
  requireRestored(directory);
  if (options.installPackages) await progress.step("packages of a real node", installPackages);
  const kind = chooseNodes(options, thisMachine());
  if (kind.type === "real") {
    const removeRemains = (killed: string): Promise<void> =>
      progress.step(`remains of a killed cluster in ${killed}`, async () =>
        (await import("./node-remains.ts")).removeNodeRemains(killed, createRealClock()),
      );
    undo.push(await takeMachine({ dataDirectory: directory.path, removeRemains }));
  }
  const foundation = await openFoundation(options, directory, progress, undo);
  // Pods of a real node reach the API at the node's own address; to simulated ones it is only a name.
  // What speaks with containerd is loaded where there is one.
  const realNode = kind.type === "real" ? await import("./real-node.ts") : undefined;
  const count = kind.type === "simulated" ? kind.count : 0;
  const address = realNode?.NODE_ADDRESS ?? hostAddress();
  const cluster = await progress.step(`control plane${count === 0 ? "" : ` and ${nodesText(kind)}`}`, () =>
    startControlPlane(options, foundation, { simulated: count, address }, onLost),
  );
  undo.push(() => cluster.stop());
  if (options.schedulerConfig !== undefined) {
    const { logger } = foundation;
    const note = (text: string): void => progress.note(text);
    undo.push(followSchedulerConfig({ file: options.schedulerConfig, scheduler: cluster.scheduler, logger, note }));
  }
  await writeAdminKubeconfig(directory.kubeconfig, foundation);
  const real =
    kind.type === "real"
      ? await realNode?.startRealNode({
          requirements: kind.requirements,
          directory,
          foundation,
          cluster,
          progress,
          undo,
        })
      : undefined;
  const summary = renderSummary({
    server: reachable(foundation.listener.url),
    kubeconfig: directory.kubeconfig,
    nodes: real === undefined ? nodesText(kind) : `a real node, ${real.name}, on containerd ${real.runtimeVersion}`,
    ...(real === undefined ? {} : { containerd: real.socketPath }),
    ...(kind.type === "simulated" && kind.why !== undefined ? { why: kind.why } : {}),
    log: directory.log,
    kubectl: isOnPath("kubectl"),
  });
  return { cluster, summary };
}

/** As kube-scheduler and kube-controller-manager do, the process ends rather than work beside another leader. */
function leadershipLost(cause: unknown): CodedError {
  const remedy = "another process may lead by now; start this one again, or let a supervisor such as systemd do it";
  return new CodedError("LEADERSHIP_LOST", messageOf(cause), { cause, remedy });
}

const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));

function nodesText(kind: NodeKind): string {
  if (kind.type === "real") return "a real node";
  if (kind.count === 0) return "no nodes";
  const last = kind.count - 1;
  return kind.count === 1 ? "1 simulated node, sim-0" : `${kind.count} simulated nodes, sim-0 to sim-${last}`;
}

/** Last started, first stopped; a step that fails does not keep the others from being undone. */
async function unwind(undo: (() => unknown)[]): Promise<void> {
  for (const step of undo.reverse()) {
    try {
      await step();
    } catch (error) {
      process.stderr.write(`warning: ${messageOf(error)}\n`);
    }
  }
}
