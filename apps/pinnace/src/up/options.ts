import { homedir } from "node:os";
import { join } from "node:path";
import { parseDuration } from "@pinnace/apimachinery";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Features, parseFeatureGates } from "./feature-gates.ts";

/** What `pinnace up` was asked for. */
export interface UpOptions {
  readonly dataDir: string;
  readonly bindAddress: string;
  readonly port: number;
  readonly reset: boolean;
  /** How many simulated nodes; undefined: not said. */
  readonly nodes?: number;
  readonly simulated: boolean;
  readonly real: boolean;
  readonly installPackages: boolean;
  readonly nodeCpu: string;
  readonly nodeMemory: string;
  readonly nodePods: number;
  readonly tokenAuthFile?: string;
  /** URLs; undefined: the store is in the data directory. */
  readonly etcdServers?: readonly string[];
  readonly etcdCafile?: string;
  readonly etcdCertfile?: string;
  readonly etcdKeyfile?: string;
  readonly etcdPrefix: string;
  /** Milliseconds. */
  readonly etcdCompactionInterval: number;
  readonly historyLimit: number;
  readonly quotaBackendBytes: number;
  /** An `EncryptionConfiguration`. */
  readonly encryptionProviderConfig?: string;
  readonly plugins: readonly string[];
  readonly schedulerConfig?: string;
  /** Names of features that are off by default and on here. */
  readonly featureGates: Features;
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

/** An integer within bounds, or one line that says what is wrong. */
function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`must be an integer from ${least} to ${most}.`);
    }
    return value;
  };
}

function quantity(text: string): string {
  if (!/^\d+(\.\d+)?([munkMGTPE]|[KMGTPE]i)?$/.test(text)) {
    throw new InvalidArgumentError('must be a quantity such as "4", "500m" or "8Gi".');
  }
  return text;
}

/** Milliseconds of a duration as Go writes it. */
function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || (milliseconds !== 0 && milliseconds < 1000)) {
    throw new InvalidArgumentError('must be 0 or a duration of at least a second, such as "5m0s".');
  }
  return milliseconds;
}

/** An unset variable of a script must not become the current folder. */
function folder(text: string): string {
  if (text === "") throw new InvalidArgumentError("must name a folder.");
  return text;
}

const list = (text: string): string[] => text.split(",").map((each) => each.trim());

const collect = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text];

/** The `up` command with its flags; `run` is called with what was given. */
export function upCommand(run: (options: UpOptions) => Promise<void>): Command {
  const command = new Command("up")
    .description("start a cluster and keep it running until Ctrl-C; a second start goes on from its state")
    .showHelpAfterError("(--help explains every flag)")
    .option("--data-dir <folder>", "where the cluster's state is kept", folder, join(homedir(), ".pinnace"))
    .option("--bind-address <address>", "the address that the API server listens on", "127.0.0.1")
    .option("--port <port>", "the API server's port; 0 takes a free one", integer(0, 65_535), 6_443)
    .option("--reset", "forget the state in the data directory first", false)
    .option("--nodes <n>", "run this many simulated nodes, sim-0 and up; 0 for none", integer(0, 10_000))
    .option(
      "--simulated",
      "run simulated nodes even where a real one could run (1 unless --nodes says otherwise)",
      false,
    )
    .addOption(
      new Option("--real", "run a real node on containerd, or fail and say what is missing")
        .default(false)
        .conflicts(["simulated", "nodes"]),
    )
    .option("--install-packages", "install what a real node needs from the distribution's packages (apt-get)", false)
    .option("--node-cpu <quantity>", "CPUs of each simulated node", quantity, "4")
    .option("--node-memory <quantity>", "memory of each simulated node", quantity, "8Gi")
    .option("--node-pods <n>", "pods that each simulated node takes", integer(1, 1_000), 110)
    .option("--token-auth-file <file>", 'static bearer tokens: lines of token,user,uid,"group1,group2"')
    .addOption(
      new Option("--etcd-servers <urls>", "keep the state in this etcd, which several processes may share")
        .argParser(list)
        .conflicts("reset"),
    )
    .option("--etcd-cafile <file>", "who signed etcd's certificates")
    .option("--etcd-certfile <file>", "the certificate to show to etcd")
    .option("--etcd-keyfile <file>", "its key")
    .option("--etcd-prefix <prefix>", "below which all keys are", "/pinnace")
    .addOption(
      new Option(
        "--etcd-compaction-interval <duration>",
        "how long changes are kept, in etcd or the data directory, for watches and lists that go on: for one to two of these; 0: until there are too many",
      )
        .argParser(duration)
        .default(300_000, "5m0s"),
    )
    .option(
      "--history-limit <n>",
      "the most changes that the store in the data directory keeps for them",
      integer(1, 10_000_000),
      10_000,
    )
    .option(
      "--quota-backend-bytes <n>",
      "the most bytes of keys and values; beyond, writes are refused and deletions go on",
      integer(1 << 20, 2 ** 40),
      8 * 2 ** 30,
    )
    .option(
      "--encryption-provider-config <file>",
      "EncryptionConfiguration: what is stored encrypted, and with which keys",
    )
    .option("--plugins <folder>", "look for plugins in this folder, too (repeatable)", collect)
    .option("--scheduler-config <file>", "KubeSchedulerConfiguration; read again whenever the file changes")
    .addOption(
      new Option(
        "--feature-gates <names>",
        "switch features on: GenericWorkload=true (pod groups and workloads), GangScheduling=true (schedules them)",
      )
        .argParser(parseFeatureGates)
        .default(new Set<string>(), "none"),
    )
    .addOption(
      new Option("--log-level <level>", "what goes to the log in the data directory")
        .choices(["debug", "info", "warn", "error"])
        .default("info"),
    );
  return command.action((options: UpOptions) => run({ ...options, plugins: options.plugins ?? [] }));
}
