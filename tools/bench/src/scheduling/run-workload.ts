import type { ClusterCalls } from "./cluster-calls.ts";
import {
  HIGH_PRIORITY,
  makeClaim,
  makeCsiNode,
  makeNode,
  makePod,
  makeVolume,
  PRIORITY_CLASS,
  TOO_LARGE,
} from "./objects.ts";
import { PodLedger } from "./pod-ledger.ts";
import { verify } from "./verify.ts";
import type { Step, Workload, WorkloadResult } from "./workload.ts";

type StepOf<Name extends Step["do"]> = Extract<Step, { readonly do: Name }>;

/** How many requests are under way at the same time; scheduler_perf has 30 workers. */
const WIDTH = 32;
/** A step that takes longer has lost a pod, milliseconds. */
const PATIENCE = 600_000;

/** Runs a workload on an empty cluster and verifies what came of it. Rejects when a pod is lost or bound wrongly. */
export async function runWorkload(
  calls: ClusterCalls,
  workload: Workload,
  patience: number = PATIENCE,
): Promise<WorkloadResult> {
  const run = new Run(calls, patience);
  await run.prepare();
  try {
    for (const [index, step] of workload.steps.entries()) await run.step(step, index);
  } finally {
    run.end();
  }
  return run.result();
}

class Run {
  readonly #calls: ClusterCalls;
  readonly #patience: number;
  readonly #ledger = new PodLedger();
  readonly #background: NodeJS.Timeout[] = [];
  #failure: unknown;
  #measured: WorkloadResult | undefined;

  constructor(calls: ClusterCalls, patience: number) {
    this.#calls = calls;
    this.#patience = patience;
  }

  async prepare(): Promise<void> {
    await this.#calls.watchPods((pod) => this.#ledger.see(pod));
    await this.#namespace("default", undefined);
    const priority = { metadata: { name: PRIORITY_CLASS }, value: 10 };
    await this.#calls.call("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {
      ...{ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass" },
      ...priority,
    });
  }

  async step(step: Step, index: number): Promise<void> {
    if (step.do === "nodes") await this.#nodes(step, index);
    else if (step.do === "namespaces") {
      await inParallel(step.count, (each) => this.#namespace(`${step.prefix}-${each}`, step.labels));
    } else if (step.do === "pods") await this.#pods(step, index);
    else if (step.do === "object") await this.#calls.call("POST", step.path, step.object);
    else if (step.do === "churn") this.#churn(step, index);
    else await this.#delete(step);
    if (this.#failure !== undefined) throw this.#failure;
  }

  end(): void {
    for (const timer of this.#background) clearInterval(timer);
  }

  result(): WorkloadResult {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#measured === undefined) throw new Error("the workload measures nothing");
    return this.#measured;
  }

  async #nodes(step: StepOf<"nodes">, index: number): Promise<void> {
    await inParallel(step.count, async (each) => {
      const name = step.count === 1 && step.name !== undefined ? step.name : `${step.name ?? `node-${index}`}-${each}`;
      const node = makeNode(name, each, step);
      const made = (await this.#calls.call("POST", "/api/v1/nodes", node)) as { spec: { taints?: readonly object[] } };
      // Admission taints new nodes until somebody says that they are ready.
      const { taints = [] } = made.spec;
      if (taints.length > (step.taints?.length ?? 0)) {
        await this.#calls.call("PATCH", `/api/v1/nodes/${name}`, { spec: { taints: step.taints ?? null } });
      }
      if (step.volumes !== undefined) {
        await this.#calls.call("POST", "/apis/storage.k8s.io/v1/csinodes", makeCsiNode(name, step.volumes));
      }
    });
  }

  /** With the account that pods need; there is no controller that makes it. */
  async #namespace(name: string, labels: object | undefined): Promise<void> {
    const metadata = { name, ...(labels === undefined ? {} : { labels }) };
    if (name !== "default") await this.#calls.call("POST", "/api/v1/namespaces", { metadata });
    else await waitFor(() => this.#calls.call("GET", "/api/v1/namespaces/default"));
    const accounts = `/api/v1/namespaces/${name}/serviceaccounts`;
    const list = (await this.#calls.call("GET", accounts)) as { readonly items: readonly object[] };
    if (list.items.length === 0) await this.#calls.call("POST", accounts, { metadata: { name: "default" } });
  }

  async #pods(step: StepOf<"pods">, index: number): Promise<void> {
    const { count, namespace = "default", namespaces = 1, unattended = false, measured = false } = step;
    const total = count * namespaces;
    const begin = performance.now();
    const before = process.cpuUsage();
    await inParallel(total, async (each) => {
      const place = step.namespaces === undefined ? namespace : `${namespace}-${Math.floor(each / count)}`;
      await this.#pod(`p${index}-${each}`, place, step);
    });
    if (unattended) return;
    const prefix = step.namespaces === undefined ? `${namespace}/p${index}-` : `${namespace}-`;
    await withPatience(this.#ledger.placed(prefix, total), this.#patience, `${total} pods of ${prefix}`);
    if (!measured) return;
    const elapsed = this.#ledger.lastSeen(prefix) - begin;
    const { user, system } = process.cpuUsage(before);
    const memory = this.#calls.memory();
    await verify(this.#calls, this.#ledger, prefix, total);
    const times = this.#ledger.latencies(prefix);
    const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    const throughput = (total / elapsed) * 1_000;
    const processor = (user + system) / 1_000;
    this.#measured = { pods: total, elapsed, throughput, p50: at(0.5), p99: at(0.99), memory, processor };
  }

  async #pod(name: string, namespace: string, { template, volume }: StepOf<"pods">): Promise<void> {
    this.#ledger.ask(`${namespace}/${name}`);
    if (volume !== undefined) {
      const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
      await this.#calls.call("POST", claims, makeClaim(name));
      await this.#calls.call("POST", "/api/v1/persistentvolumes", makeVolume(name, namespace, volume));
    }
    const pod = makePod(name, template, volume === undefined ? undefined : name);
    await this.#calls.call("POST", `/api/v1/namespaces/${namespace}/pods`, pod);
  }

  #churn({ kinds, interval, recreate = false }: StepOf<"churn">, index: number): void {
    let count = 0;
    let made: readonly string[] = [];
    const next = async (): Promise<void> => {
      const before = made;
      const name = `churn-${index}-${count++}`;
      const objects = kinds.map((kind) => churned(kind, name));
      made = recreate ? objects.map(([collection]) => `${collection}/${name}`) : [];
      for (const path of before) await this.#calls.call("DELETE", path);
      for (const [collection, object] of objects) await this.#calls.call("POST", collection, object);
    };
    this.#every(interval, next);
  }

  async #delete({ namespace, perSecond }: StepOf<"delete">): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const list = (await this.#calls.call("GET", path)) as {
      readonly items: readonly { readonly metadata: { readonly name: string } }[];
    };
    const names = list.items.map(({ metadata }) => metadata.name);
    this.#every(1_000 / perSecond, async () => {
      const name = names.pop();
      if (name !== undefined) await this.#calls.call("DELETE", `${path}/${name}`);
    });
  }

  #every(interval: number, work: () => Promise<void>): void {
    const timer = setInterval(() => {
      work().catch((error: unknown) => {
        clearInterval(timer);
        this.#failure ??= error;
      });
    }, interval);
    this.#background.push(timer);
  }
}

function churned(kind: StepOf<"churn">["kinds"][number], name: string): readonly [string, object] {
  switch (kind) {
    case "node":
      return ["/api/v1/nodes", makeNode(name, 0, { pods: 0 })];
    case "service": {
      const spec = { selector: { app: "foo" }, ports: [{ protocol: "TCP", port: 8080, targetPort: 8080 }] };
      return ["/api/v1/namespaces/default/services", { apiVersion: "v1", kind: "Service", metadata: { name }, spec }];
    }
    default:
      return ["/api/v1/namespaces/default/pods", makePod(name, kind === "high" ? HIGH_PRIORITY : TOO_LARGE)];
  }
}

/** Does some work so many times, a few of them at the same time. */
export async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, count) }, worker));
}

async function withPatience(work: Promise<void>, patience: number, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} were not all placed in ${patience / 1_000} s`)), patience);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** What a server makes a moment after it is ready. */
async function waitFor(ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
