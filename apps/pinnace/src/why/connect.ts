import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@pinnace/client";
import { createKubeconfigTransport } from "@pinnace/client/node";
import { connectionOf, loadKubeconfig } from "@pinnace/kubeconfig";
import type { ClusterChoice } from "./why-command.ts";

/** A cluster that a command asks. */
interface Connection {
  readonly client: Client;
  readonly namespace: string;
}

/** Has `ask` talk to the chosen cluster, and closes the connection. */
export async function withCluster<T>(choice: ClusterChoice, ask: (connection: Connection) => Promise<T>): Promise<T> {
  const config = await loadKubeconfig(kubeconfigs(choice));
  const connection = await connectionOf(config, choice.context);
  const transport = createKubeconfigTransport(connection);
  try {
    const client = createClient(transport, { program: "pinnace" });
    return await ask({ client, namespace: choice.namespace ?? connection.namespace });
  } finally {
    await transport.close();
  }
}

/** Undefined: kubectl's own choice. */
function kubeconfigs({ kubeconfig }: ClusterChoice): readonly string[] | undefined {
  if (kubeconfig !== undefined) return [kubeconfig];
  const own = join(homedir(), ".pinnace", "kubeconfig");
  return process.env.KUBECONFIG === undefined && existsSync(own) ? [own] : undefined;
}
