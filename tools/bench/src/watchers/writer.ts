import { setTimeout as sleep } from "node:timers/promises";
import { Connection, headOf, type LoadTarget } from "../load/connection.ts";
import { CONFIG_MAPS, nodeName, PODS } from "./job.ts";

const CONNECTIONS = 16;
const CREATED = 201;

/** Makes the events. */
export class Writer {
  readonly #target: LoadTarget;
  readonly #connections: readonly Connection[];
  #free: Connection[];
  #podCount = 0;

  private constructor(target: LoadTarget, connections: readonly Connection[]) {
    this.#target = target;
    this.#connections = connections;
    this.#free = [...connections];
  }

  static async open(target: LoadTarget): Promise<Writer> {
    const opening = Array.from({ length: CONNECTIONS }, () => Connection.open(target, CREATED));
    return new Writer(target, await Promise.all(opening));
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** So many objects, as fast as they are taken. */
  async configMaps(count: number): Promise<void> {
    let next = 0;
    const work = async (connection: Connection): Promise<void> => {
      while (next < count) await this.#post(connection, CONFIG_MAPS, configMap(next++));
    };
    await Promise.all(this.#connections.map(work));
  }

  /** At a steady rate; those that the server is not ready for come late. Time is in milliseconds. */
  async pods(
    rate: number,
    seconds: number,
    nodes: number,
  ): Promise<{ readonly written: number; readonly elapsed: number }> {
    const count = Math.round(rate * seconds);
    const start = performance.now();
    const pending: Promise<void>[] = [];
    for (let index = 0; index < count; index++) {
      const due = start + (index / rate) * 1000;
      if (due - performance.now() > 1) await sleep(due - performance.now());
      while (this.#free.length === 0) await sleep(1);
      const connection = this.#free.pop()!;
      // A prime spreads neighbours in time over far nodes.
      const body = pod(this.#podCount++, nodeName((index * 7919) % nodes));
      pending.push(this.#post(connection, PODS, body).then(() => void this.#free.push(connection)));
    }
    await Promise.all(pending);
    return { written: count, elapsed: performance.now() - start };
  }

  async #post(connection: Connection, path: string, body: string): Promise<void> {
    const answer = await connection.send(
      Buffer.from(headOf("POST", path, this.#target, Buffer.byteLength(body)) + body),
    );
    if (answer.status !== CREATED) throw new Error(`a write was answered with ${answer.status}: ${answer.body}`);
  }
}

const sent = (): object => ({ "bench.example.com/sent": String(performance.now()) });

function configMap(index: number): string {
  const metadata = { name: `burst-${index}`, annotations: sent() };
  return JSON.stringify({ metadata, data: { text: "event ".repeat(120) } });
}

function pod(index: number, node: string): string {
  const containers = [{ name: "web", image: "registry.example.com/web:1" }];
  return JSON.stringify({
    metadata: { name: `paced-${index}`, annotations: sent() },
    spec: { nodeName: node, schedulerName: "nobody", containers },
  });
}
