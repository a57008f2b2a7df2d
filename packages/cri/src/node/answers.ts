import type {
  Container,
  ContainerState,
  ContainerStats,
  ContainerStatus,
  Image,
  PodSandbox,
  PodSandboxStatus,
  SandboxState,
} from "../contract.ts";
import type { Fields } from "./codec.ts";

const SANDBOX_STATES: readonly SandboxState[] = ["READY", "NOTREADY"];
const CONTAINER_STATES: readonly ContainerState[] = ["CREATED", "RUNNING", "EXITED", "UNKNOWN"];

type Map = Readonly<Record<string, string>>;

const text = (fields: Fields, name: string): string => (fields[name] as string | undefined) ?? "";
const number = (fields: Fields, name: string): number => Number(fields[name] ?? 0);
const message = (fields: Fields, name: string): Fields => (fields[name] as Fields | undefined) ?? {};
const list = (fields: Fields, name: string): readonly Fields[] => (fields[name] as readonly Fields[] | undefined) ?? [];

/** CRI times are nanoseconds; 0 says that it has not happened. */
const time = (fields: Fields, name: string): number => number(fields, name) / 1e6;

export function readSandbox(fields: Fields): PodSandbox {
  const metadata = message(fields, "metadata");
  return {
    id: text(fields, "id"),
    name: text(metadata, "name"),
    namespace: text(metadata, "namespace"),
    uid: text(metadata, "uid"),
    attempt: number(metadata, "attempt"),
    state: SANDBOX_STATES[number(fields, "state")] ?? "NOTREADY",
    createdAt: time(fields, "createdAt"),
    labels: fields.labels as Map,
    annotations: fields.annotations as Map,
  };
}

/** `info` is containerd's verbose answer, which names the network namespace. */
export function readSandboxStatus(fields: Fields, info: Map): PodSandboxStatus {
  const network = message(fields, "network");
  const ips = [text(network, "ip"), ...list(network, "additionalIps").map((each) => text(each, "ip"))];
  const netns =
    info.info?.match(/"netns":\s*"([^"]+)"/)?.[1] ??
    info.info?.match(/"type":\s*"network",\s*"path":\s*"([^"]+)"/)?.[1];
  return { ...readSandbox(fields), ips: ips.filter(Boolean), ...(netns === undefined ? {} : { netns }) };
}

export function readContainer(fields: Fields): Container {
  const metadata = message(fields, "metadata");
  return {
    id: text(fields, "id"),
    podSandboxId: text(fields, "podSandboxId"),
    name: text(metadata, "name"),
    attempt: number(metadata, "attempt"),
    image: text(message(fields, "image"), "image"),
    imageRef: text(fields, "imageRef"),
    state: CONTAINER_STATES[number(fields, "state")] ?? "UNKNOWN",
    createdAt: time(fields, "createdAt"),
    labels: fields.labels as Map,
    annotations: fields.annotations as Map,
  };
}

export function readContainerStatus(fields: Fields): ContainerStatus {
  return {
    ...readContainer(fields),
    startedAt: time(fields, "startedAt"),
    finishedAt: time(fields, "finishedAt"),
    exitCode: number(fields, "exitCode"),
    reason: text(fields, "reason"),
    message: text(fields, "message"),
    logPath: text(fields, "logPath"),
  };
}

export function readImage(fields: Fields): Image {
  const username = text(fields, "username");
  return {
    id: text(fields, "id"),
    repoTags: fields.repoTags as readonly string[],
    repoDigests: fields.repoDigests as readonly string[],
    size: number(fields, "size"),
    ...(fields.uid === undefined ? {} : { uid: number(message(fields, "uid"), "value") }),
    ...(username === "" ? {} : { username }),
  };
}

export function readStats(fields: Fields): ContainerStats {
  const [cpu, memory] = [message(fields, "cpu"), message(fields, "memory")];
  return {
    id: text(message(fields, "attributes"), "id"),
    timestamp: time(cpu, "timestamp"),
    cpuUsageCoreNanoSeconds: number(message(cpu, "usageCoreNanoSeconds"), "value"),
    memoryWorkingSetBytes: number(message(memory, "workingSetBytes"), "value"),
    memoryUsageBytes: number(message(memory, "usageBytes"), "value"),
  };
}
