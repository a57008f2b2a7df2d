import { removeFolder, temporaryFolder } from "../resources.ts";
import { etcdEngine } from "../store/etcd.ts";
import { measurePuts } from "../store/measure.ts";

/** Puts per second into an etcd that nothing stands before, by the number of writers. */
export async function measureBareEtcd(
  program: string,
  options: { readonly connections: readonly number[]; readonly seconds: number; readonly bytes: number },
): Promise<ReadonlyMap<number, number>> {
  const folder = temporaryFolder("bare-etcd");
  const engine = await etcdEngine(program)(folder);
  const rates = new Map<number, number>();
  if (engine === undefined) return rates;
  for (const writers of options.connections)
    rates.set(writers, await measurePuts(engine, writers, options.seconds, options.bytes));
  await engine.close();
  removeFolder(folder);
  return rates;
}
