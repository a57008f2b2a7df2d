import type { Clock } from "@pinnace/clock";
import type { ContainerRuntime } from "../contract.ts";
import { CriError } from "../cri-error.ts";
import { readContainer, readContainerStatus, readImage, readSandbox, readSandboxStatus, readStats } from "./answers.ts";
import { type Channel, openChannel } from "./channel.ts";
import type { Fields } from "./codec.ts";
import { containerConfig, linuxResources, sandboxConfig } from "./requests.ts";
import { taskEvents } from "./task-events.ts";

export interface CriClientOptions {
  /** Path of the runtime's Unix socket: `/run/containerd/containerd.sock`. */
  readonly socketPath: string;
  readonly clock: Pick<Clock, "now">;
}

const RUNTIME = "/runtime.v1.RuntimeService";
const IMAGES = "/runtime.v1.ImageService";
const POD_UID = "io.kubernetes.pod.uid";
/** Pulls end when the registry ends them, not the clock. */
const NO_LIMIT = 0;

/** A {@link ContainerRuntime} over the CRI v1 socket of containerd. Connects on first use. */
export function createCriClient({ socketPath, clock }: CriClientOptions): ContainerRuntime {
  const channel = openChannel(socketPath, () => clock.now());
  return {
    ...statusCalls(channel),
    ...sandboxCalls(channel),
    ...containerCalls(channel),
    ...streamCalls(channel),
    ...imageCalls(channel),
    events: () => taskEvents(channel),
    close: async () => channel.close(),
  };
}

type Some<Names extends keyof ContainerRuntime> = Pick<ContainerRuntime, Names>;

/** For the calls that are idempotent by contract. */
async function ignoreNotFound(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof CriError && error.code === "NOT_FOUND")) throw error;
  }
}

function statusCalls(channel: Channel): Some<"version" | "status" | "containerStats" | "listContainerStats"> {
  return {
    async version() {
      const answer = await channel.call(`${RUNTIME}/Version`, "VersionRequest", "VersionResponse", { version: "v1" });
      return answer as never;
    },
    async status() {
      const answer = await channel.call(`${RUNTIME}/Status`, "Empty", "StatusResponse", {});
      const { conditions } = answer.status as { conditions: readonly Record<string, string | boolean>[] };
      const ready = (type: string): boolean => conditions.some((each) => each.type === type && each.status === true);
      const message = conditions.filter((each) => each.status !== true).map((each) => each.message);
      const [runtimeReady, networkReady] = [ready("RuntimeReady"), ready("NetworkReady")];
      return { runtimeReady, networkReady, message: message.join("; ") };
    },
    async containerStats(id) {
      const method = `${RUNTIME}/ContainerStats`;
      const answer = await channel.call(method, "ContainerId", "ContainerStatsResponse", { containerId: id });
      return readStats(answer.stats as Fields);
    },
    async listContainerStats() {
      const answer = await channel.call(`${RUNTIME}/ListContainerStats`, "Empty", "ListContainerStatsResponse", {});
      return (answer.stats as readonly Fields[]).map(readStats);
    },
  };
}

type SandboxCalls = "runPodSandbox" | "stopPodSandbox" | "removePodSandbox" | "podSandboxStatus" | "listPodSandboxes";

function sandboxCalls(channel: Channel): Some<SandboxCalls> {
  return {
    async runPodSandbox(config, runtimeHandler) {
      const fields = { config: sandboxConfig(config), runtimeHandler };
      const answer = await channel.call(
        `${RUNTIME}/RunPodSandbox`,
        "RunPodSandboxRequest",
        "PodSandboxId",
        fields,
        240_000,
      );
      return answer.podSandboxId as string;
    },
    stopPodSandbox: (id) =>
      ignoreNotFound(channel.call(`${RUNTIME}/StopPodSandbox`, "PodSandboxId", "Empty", { podSandboxId: id })),
    removePodSandbox: (id) =>
      ignoreNotFound(channel.call(`${RUNTIME}/RemovePodSandbox`, "PodSandboxId", "Empty", { podSandboxId: id })),
    async podSandboxStatus(id) {
      const fields = { podSandboxId: id, verbose: true };
      const method = `${RUNTIME}/PodSandboxStatus`;
      const answer = await channel.call(method, "PodSandboxStatusRequest", "PodSandboxStatusResponse", fields);
      return readSandboxStatus(answer.status as Fields, answer.info as Readonly<Record<string, string>>);
    },
    async listPodSandboxes(filter) {
      const labelSelector = filter?.podUid === undefined ? {} : { [POD_UID]: filter.podUid };
      const fields = { filter: { labelSelector } };
      const method = `${RUNTIME}/ListPodSandbox`;
      const answer = await channel.call(method, "ListPodSandboxRequest", "ListPodSandboxResponse", fields);
      return (answer.items as readonly Fields[]).map(readSandbox);
    },
  };
}

type ContainerCalls =
  | "createContainer"
  | "startContainer"
  | "stopContainer"
  | "removeContainer"
  | "containerStatus"
  | "listContainers"
  | "updateContainerResources"
  | "reopenContainerLog";

function containerCalls(channel: Channel): Some<ContainerCalls> {
  const plain = (method: string, id: string): Promise<Fields> =>
    channel.call(`${RUNTIME}/${method}`, "ContainerId", "Empty", { containerId: id });
  return {
    async createContainer(podSandboxId, config, sandbox) {
      const fields = { podSandboxId, config: containerConfig(config), sandboxConfig: sandboxConfig(sandbox) };
      const method = `${RUNTIME}/CreateContainer`;
      return (await channel.call(method, "CreateContainerRequest", "ContainerId", fields)).containerId as string;
    },
    startContainer: async (id) => void (await plain("StartContainer", id)),
    stopContainer(id, timeout) {
      const fields = { containerId: id, timeout: BigInt(timeout) };
      const limit = timeout * 1_000 + 120_000;
      return ignoreNotFound(channel.call(`${RUNTIME}/StopContainer`, "StopContainerRequest", "Empty", fields, limit));
    },
    removeContainer: (id) => ignoreNotFound(plain("RemoveContainer", id)),
    async containerStatus(id) {
      const method = `${RUNTIME}/ContainerStatus`;
      const fields = { containerId: id };
      const answer = await channel.call(method, "ContainerStatusRequest", "ContainerStatusResponse", fields);
      return readContainerStatus(answer.status as Fields);
    },
    async listContainers(filter) {
      const labelSelector = filter?.podUid === undefined ? {} : { [POD_UID]: filter.podUid };
      const fields = { filter: { podSandboxId: filter?.podSandboxId ?? "", labelSelector } };
      const method = `${RUNTIME}/ListContainers`;
      const answer = await channel.call(method, "ListContainersRequest", "ListContainersResponse", fields);
      return (answer.containers as readonly Fields[]).map(readContainer);
    },
    async updateContainerResources(id, resources) {
      const fields = { containerId: id, linux: linuxResources(resources) };
      await channel.call(`${RUNTIME}/UpdateContainerResources`, "UpdateContainerResourcesRequest", "Empty", fields);
    },
    reopenContainerLog: async (id) => void (await plain("ReopenContainerLog", id)),
  };
}

function streamCalls(channel: Channel): Some<"execSync" | "exec" | "attach" | "portForward"> {
  const url = async (method: string, request: string, fields: Fields): Promise<{ url: string }> => {
    const answer = await channel.call(`${RUNTIME}/${method}`, request, "Url", fields);
    return { url: answer.url as string };
  };
  return {
    async execSync(id, command, timeout) {
      const fields = { containerId: id, cmd: command, timeout: BigInt(timeout) };
      const limit = timeout === 0 ? NO_LIMIT : timeout * 1_000 + 5_000;
      const answer = await channel.call(`${RUNTIME}/ExecSync`, "ExecSyncRequest", "ExecSyncResponse", fields, limit);
      return answer as never;
    },
    exec: ({ containerId, command, ...streams }) =>
      url("Exec", "ExecRequest", { containerId, cmd: command, ...streams }),
    attach: (request) => url("Attach", "AttachRequest", { ...request }),
    portForward: (podSandboxId, ports) => url("PortForward", "PortForwardRequest", { podSandboxId, port: ports }),
  };
}

function imageCalls(channel: Channel): Some<"imageStatus" | "pullImage" | "listImages" | "removeImage"> {
  return {
    async imageStatus(image) {
      const fields = { image: { image } };
      const method = `${IMAGES}/ImageStatus`;
      const answer = await channel.call(method, "ImageStatusRequest", "ImageStatusResponse", fields);
      return answer.image === undefined ? undefined : readImage(answer.image as Fields);
    },
    async pullImage(image, auth) {
      const fields = { image: { image }, ...(auth === undefined ? {} : { auth }) };
      const method = `${IMAGES}/PullImage`;
      return (await channel.call(method, "PullImageRequest", "PullImageResponse", fields, NO_LIMIT)).imageRef as string;
    },
    async listImages() {
      const answer = await channel.call(`${IMAGES}/ListImages`, "Empty", "ListImagesResponse", {});
      return (answer.images as readonly Fields[]).map(readImage);
    },
    removeImage: (image) =>
      ignoreNotFound(channel.call(`${IMAGES}/RemoveImage`, "RemoveImageRequest", "Empty", { image: { image } })),
  };
}
