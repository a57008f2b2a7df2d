import { Connection, headOf, type LoadTarget } from "../load/connection.ts";
import { runLoad } from "../load/run-load.ts";
import { podJson } from "../objects.ts";
import type { ApiTarget } from "../peers/target.ts";
import { prepareNamespace, targetApi } from "../peers/target-api.ts";
import { peakBytes, resetPeak, residentBytes } from "../process-usage.ts";
import { NAMESPACE, NEEDLE, needles } from "./selector-objects.ts";

export const PODS = "/api/v1/namespaces/default/pods";
const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const FILLING = 32;
/** Enough for any number of them. */
const PATIENCE = 600;

const targetOf = ({ port, ca, token }: ApiTarget): LoadTarget => ({ port, ca, token });

/** Creates so many pods, and verifies that they are there. */
export async function fillPods(
  target: ApiTarget,
  { pods, bytes }: { readonly pods: number; readonly bytes: number },
): Promise<void> {
  const api = targetApi(target);
  await prepareNamespace(api);
  await runLoad({
    ...{ target: targetOf(target), method: "POST", path: PODS, expected: 201, body: podJson(bytes, 1), prefix: "seed" },
    ...{ connections: FILLING, seconds: PATIENCE, count: pods },
  });
  const present = await api.count(PODS);
  api.close();
  if (present !== pods) throw new Error(`${target.name} has ${present} of ${pods} pods`);
}

/** Answers per second to GET of one object. */
export async function measureGets(
  target: ApiTarget,
  path: string,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<number> {
  const job = { target: targetOf(target), method: "GET", path, expected: 200, connections, seconds } as const;
  const { throughput, bytes } = await runLoad(job);
  if (bytes === 0) throw new Error(`${target.name} answered GET without a body`);
  return throughput;
}

/** The time until the last byte of a list has come, and by how much the server's memory grew meanwhile. */
export async function measureList(
  target: ApiTarget,
  path: string,
  items?: number,
): Promise<{ readonly milliseconds: number; readonly extraBytes: number }> {
  const before = target.pids.map((pid) => {
    resetPeak(pid);
    return residentBytes(pid);
  });
  const { milliseconds, body } = await timedGet(target, path, items !== undefined);
  const extraBytes = target.pids.reduce((sum, pid, index) => sum + peakBytes(pid) - before[index]!, 0);
  if (items !== undefined) requireItems(target, body, items);
  return { milliseconds, extraBytes };
}

/** Bytes of the list of all pods. */
export async function listBytes(target: ApiTarget, items: number): Promise<number> {
  const { body } = await timedGet(target, PODS, true);
  requireItems(target, body, items);
  return body?.length ?? 0;
}

/** Milliseconds of a list of which a label selects few of many objects. */
export async function measureSelector(target: ApiTarget, objects: number): Promise<number> {
  const { milliseconds, body } = await timedGet(target, `${CONFIG_MAPS}?labelSelector=app%3D${NEEDLE}`, true);
  requireItems(target, body, needles(objects));
  return milliseconds;
}

async function timedGet(
  target: ApiTarget,
  path: string,
  keepBody: boolean,
): Promise<{ readonly milliseconds: number; readonly body: Buffer | undefined }> {
  const connection = await Connection.open(targetOf(target), 200);
  connection.keepBody = keepBody;
  const start = performance.now();
  const { status, body } = await connection.send(Buffer.from(headOf("GET", path, targetOf(target))));
  const milliseconds = performance.now() - start;
  connection.close();
  if (status !== 200) throw new Error(`${target.name} answered ${status} to GET ${path}: ${body?.toString()}`);
  return { milliseconds, body };
}

const ITEM = Buffer.from('"uid":"');

/** Every object has one uid of its own; those of owners are not in these lists. */
function requireItems(target: ApiTarget, body: Buffer | undefined, items: number): void {
  let found = 0;
  for (let at = body?.indexOf(ITEM) ?? -1; at >= 0; at = body!.indexOf(ITEM, at + ITEM.length)) found++;
  if (found !== items) throw new Error(`${target.name} listed ${found} objects instead of ${items}`);
}
