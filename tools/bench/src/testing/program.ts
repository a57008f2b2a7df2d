/** Runs in a process of its own and prints {@link Measured} as JSON. */
const begin = performance.now();
const [{ createTestCluster }, { DEPLOYMENTS, PODS }] = await Promise.all([
  import("@pinnace/testing"),
  import("@pinnace/api"),
]);
const imported = performance.now();

/** Milliseconds. */
interface MeasuredCluster {
  /** From the call until the API answers and the node is Ready. */
  readonly ready: number;
  /** From the call until three pods of a Deployment are Running. */
  readonly running: number;
  /** Time of processors meanwhile, other threads of Node included. */
  readonly processor: number;
}

export interface Measured {
  readonly import: number;
  readonly clusters: readonly MeasuredCluster[];
}

const web = {
  metadata: { name: "web" },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "web:1" }] },
    },
  },
};

async function measure(): Promise<MeasuredCluster> {
  const start = performance.now();
  const processors = process.cpuUsage();
  await using cluster = await createTestCluster();
  const ready = performance.now() - start;
  await cluster.client
    .resource(DEPLOYMENTS)
    .namespace("default")
    .create(web as never);
  await cluster.waitFor(
    PODS,
    { labelSelector: "app=web" },
    (pods) => pods.length === 3 && pods.every(({ status }) => status?.phase === "Running"),
  );
  const { user, system } = process.cpuUsage(processors);
  return { ready, running: performance.now() - start, processor: (user + system) / 1000 };
}

const clusters: MeasuredCluster[] = [];
for (let count = 0; count < 10; count++) clusters.push(await measure());
console.log(JSON.stringify({ import: imported - begin, clusters } satisfies Measured));
