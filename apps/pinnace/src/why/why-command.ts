import { Command } from "commander";

/** How a command finds its cluster. */
export interface ClusterChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

const withCluster = (command: Command): Command =>
  command
    .option(
      "--kubeconfig <file>",
      "default: $KUBECONFIG, ~/.pinnace/kubeconfig, ~/.kube/config; the first that is there",
    )
    .option("--context <name>", "default: the current one")
    .option("-n, --namespace <name>", "default: the context's");

/** The `why` command; `run` is called with the pod's name. */
export function whyCommand(run: (pod: string, choice: ClusterChoice) => Promise<void>): Command {
  return withCluster(
    new Command("why")
      .description("say why a pod is on its node, or why it is on none")
      .argument("<pod>", "the pod's name"),
  ).action((pod: string, choice: ClusterChoice) => run(pod, choice));
}

/** The `what-if` command; `run` is called with the file's name, "-" for standard input. */
export function whatIfCommand(run: (file: string, choice: ClusterChoice) => Promise<void>): Command {
  return withCluster(
    new Command("what-if")
      .description("say where the pods of some objects would go, and how many nodes are missing; changes nothing")
      .requiredOption(
        "-f, --filename <file>",
        "Pods, Deployments, Jobs and the like in YAML or JSON; - reads standard input",
      ),
  ).action(({ filename, ...choice }: ClusterChoice & { filename: string }) => run(filename, choice));
}
