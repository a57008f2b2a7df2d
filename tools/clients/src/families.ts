import type { Family } from "./client.ts";
import { clientGo } from "./clients/client-go.ts";
import { clientNode } from "./clients/client-node.ts";
import { helm } from "./clients/helm.ts";
import { kubectl } from "./clients/kubectl.ts";
import { python } from "./clients/python.ts";
import { rawHttp } from "./clients/raw-http.ts";

interface FamilyOptions {
  /** The repository's folder. */
  readonly root: string;
  /** The helm program, or a folder that has it; else it is looked for on PATH. */
  readonly helm?: string;
  /** Of many versions only the oldest and the newest. Default false. */
  readonly ci?: boolean;
}

/** All clients, in the table's order. */
export function families({ root, helm: helmPath, ci = false }: FamilyOptions): readonly Family[] {
  return [
    kubectl(ci ? "oldest and newest" : "all"),
    clientNode(root),
    python(root),
    clientGo(root),
    rawHttp,
    helm(helmPath),
  ];
}
