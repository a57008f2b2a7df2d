import type { Container, Pod, VolumeMount } from "@pinnace/api";
import type { ContainerConfig, Mount } from "@pinnace/cri";
import type { PodVolumes } from "@pinnace/storage";
import { isHostNetwork } from "../pods/pod-facts.ts";
import { containerAnnotations, containerLabels } from "../pods/runtime-labels.ts";
import { expand } from "./expansion.ts";
import { containerResources } from "./resources.ts";
import { containerSecurity } from "./security-context.ts";

/** What a container is made of besides its spec. */
interface ContainerParts {
  /** The reference that the image got from the runtime. */
  readonly imageRef: string;
  readonly restartCount: number;
  readonly environment: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
  /** Of the node, in bytes. */
  readonly memoryCapacity: number;
}

/** A container as the runtime is asked for it. */
export function containerConfig(pod: Pod, container: Container, parts: ContainerParts): ContainerConfig {
  const lookup = (name: string): string | undefined => parts.environment.get(name);
  return {
    name: container.name,
    attempt: parts.restartCount,
    image: parts.imageRef,
    command: (container.command ?? []).map((text) => expand(text, lookup)),
    args: (container.args ?? []).map((text) => expand(text, lookup)),
    ...(container.workingDir ? { workingDir: container.workingDir } : {}),
    env: [...parts.environment].map(([name, value]) => ({ name, value })),
    mounts: parts.mounts,
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, parts.restartCount),
    logPath: `${container.name}/${parts.restartCount}.log`,
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    resources: containerResources(pod, container, parts.memoryCapacity),
    security: containerSecurity(pod, container),
    hostPid: pod.spec?.hostPID === true,
    hostIpc: pod.spec?.hostIPC === true,
    hostNetwork: isHostNetwork(pod),
    shareProcessNamespace: pod.spec?.shareProcessNamespace === true,
  };
}

/** The mounts of a container's volumes, `subPathExpr` expanded with its environment. */
export async function volumeMounts(
  container: Container,
  volumes: PodVolumes,
  environment: ReadonlyMap<string, string>,
): Promise<readonly Mount[]> {
  return Promise.all(
    (container.volumeMounts ?? []).map(async (mount): Promise<Mount> => {
      const subPath = mount.subPathExpr
        ? expand(mount.subPathExpr, (name) => environment.get(name))
        : (mount.subPath ?? "");
      return {
        containerPath: mount.mountPath.startsWith("/") ? mount.mountPath : `/${mount.mountPath}`,
        hostPath: await volumes.hostPath(mount.name, subPath, mount.readOnly === true),
        readonly: mount.readOnly === true,
        propagation: propagationOf(mount),
      };
    }),
  );
}

function propagationOf(mount: VolumeMount): Mount["propagation"] {
  if (mount.mountPropagation === "Bidirectional") return "BIDIRECTIONAL";
  return mount.mountPropagation === "HostToContainer" ? "HOST_TO_CONTAINER" : "PRIVATE";
}
