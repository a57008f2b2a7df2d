import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Exec, Log, PortForward, type V1Pod, type V1Status } from "@kubernetes/client-node";
import { eventually, expectEqual, expectMatch } from "@pinnace-tools/e2e";
import { WEB } from "../clients/manifests.ts";
import { expectStatus } from "./refusals.ts";
import type { NodeSession, NodeStep } from "./session.ts";

function running({ core, namespace }: NodeSession, count: number): Promise<readonly V1Pod[]> {
  return eventually(async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: "app=web" });
    expectEqual(
      items.map(({ status }) => status?.phase),
      Array.from({ length: count }, () => "Running"),
      "phases",
    );
    return items;
  }, 20_000);
}

async function firstName(session: NodeSession): Promise<string> {
  return (await running(session, 2))[0]?.metadata?.name ?? "";
}

async function scale(session: NodeSession): Promise<void> {
  const { apps, namespace } = session;
  await apps.createNamespacedDeployment({ namespace, body: WEB });
  await running(session, 1);
  // The Deployment's status changes under our hands: read and write until nothing came between.
  await eventually(async () => {
    const current = await apps.readNamespacedDeploymentScale({ name: "web", namespace });
    const body = { ...current, spec: { replicas: 2 } };
    await apps.replaceNamespacedDeploymentScale({ name: "web", namespace, body });
  }, 10_000);
  await running(session, 2);
}

async function logs(session: NodeSession): Promise<void> {
  const name = await firstName(session);
  await eventually(async () => {
    const output = new PassThrough();
    await new Log(session.config).log(session.namespace, name, "web", output, { tailLines: 1, timestamps: true });
    expectMatch(await text(output), /^\d{4}-\d\d-\d\dT\S+Z /);
  }, 10_000);
}

async function exec(session: NodeSession): Promise<void> {
  const name = await firstName(session);
  const execute = async (command: string[], stdin: Readable | null): Promise<[string, V1Status]> => {
    const output = new PassThrough();
    const ended = Promise.withResolvers<V1Status>();
    const socket = await new Exec(session.config).exec(
      session.namespace,
      name,
      "web",
      command,
      output,
      new PassThrough().resume(),
      stdin,
      false,
      ended.resolve,
    );
    const status = await ended.promise;
    socket.close();
    output.end();
    return [await text(output), status];
  };
  const [printed, { status }] = await execute(["cat"], Readable.from(["through"]));
  expectMatch(printed, /through/, "standard output");
  expectEqual(status, "Success", "status");
  const [, failed] = await execute(["sh", "-c", "exit 7"], null);
  expectEqual(failed.details?.causes?.[0], { reason: "ExitCode", message: "7" }, "cause");
}

async function portForward(session: NodeSession): Promise<void> {
  const name = await firstName(session);
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const input = new PassThrough();
  const forward = new PortForward(session.config);
  const socket = await forward.portForward(session.namespace, name, [8080], output, errors, input);
  const answered = new Promise<string>((resolve, reject) => {
    output.once("data", (chunk) => resolve(String(chunk)));
    errors.once("data", (chunk) => reject(new Error(String(chunk))));
    setTimeout(() => reject(new Error("no answer within 10 s")), 10_000).unref();
  });
  input.write("GET /index.html HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n");
  try {
    expectMatch(await answered, /^HTTP\/1\.\d /, "answer");
  } finally {
    const open = typeof socket === "function" ? socket() : socket;
    open?.close();
  }
}

async function deleteWithPropagation({ apps, namespace }: NodeSession): Promise<void> {
  await apps.deleteNamespacedDeployment({ name: "web", namespace, propagationPolicy: "Foreground" });
  const read = (): Promise<unknown> => apps.readNamespacedDeployment({ name: "web", namespace });
  await eventually(() => expectStatus(read(), 404, 'deployments.apps "web" not found'), 20_000);
  const { items } = await apps.listNamespacedReplicaSet({ namespace });
  expectEqual(items.length, 0, "replica sets that outlive their deployment");
}

export const WORKLOAD_STEPS: readonly NodeStep[] = [
  ["scale", scale],
  ["logs", logs],
  ["exec", exec],
  ["port-forward", portForward],
  ["delete with propagation", deleteWithPropagation],
];
