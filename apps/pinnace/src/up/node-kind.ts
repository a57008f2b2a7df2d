import { findRequirements, INSTALL_COMMAND, type NodeRequirements } from "@pinnace/cri/node";
import { AppError } from "../app-error.ts";
import type { UpOptions } from "./options.ts";

/** What kind of nodes a cluster gets. */
export type NodeKind =
  | { readonly type: "real"; readonly requirements: NodeRequirements }
  | { readonly type: "simulated"; readonly count: number; readonly why?: string };

/** What the decision depends on besides the flags. */
export interface Machine {
  readonly platform: string;
  readonly isRoot: boolean;
  readonly requirements: NodeRequirements;
}

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    requirements: findRequirements(process.env.PATH ?? ""),
  };
}

/** Why this machine cannot be a real node; empty when it can. */
function obstacles({ platform, isRoot, requirements }: Machine): readonly string[] {
  if (platform !== "linux") return [`a real node needs Linux, this is ${platform}`];
  return [...(isRoot ? [] : ["a real node needs root"]), ...requirements.missing];
}

/** A real node where one can run, simulated ones elsewhere or when asked for. Throws `REAL_NODE` for `--real` in vain. */
export function chooseNodes(options: UpOptions, machine: Machine): NodeKind {
  if (options.nodes !== undefined) return { type: "simulated", count: options.nodes };
  if (options.simulated) return { type: "simulated", count: 1 };
  const missing = obstacles(machine);
  if (missing.length === 0) return { type: "real", requirements: machine.requirements };
  const canInstall = machine.platform === "linux" && machine.isRoot;
  const remedy = canInstall ? `start with --install-packages, or run: ${INSTALL_COMMAND}` : "";
  if (options.real) {
    throw new AppError("REAL_NODE", missing.join(", "), remedy === "" ? {} : { remedy });
  }
  return { type: "simulated", count: 1, why: `${missing.join(", ")}${remedy === "" ? "" : `; ${remedy}`}` };
}
