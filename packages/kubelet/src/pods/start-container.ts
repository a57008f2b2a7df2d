import type { Container, Pod } from "@pinnace/api";
import type { Mount, PodSandboxConfig } from "@pinnace/cri";
import { isCodedError, messageOf } from "@pinnace/errors";
import { type PodVolumes, VolumeError } from "@pinnace/storage";
import { StartError } from "../containers/config-error.ts";
import { containerConfig, volumeMounts } from "../containers/container-config.ts";
import { makeEnvironment } from "../containers/environment.ts";
import { verifyRunAsNonRoot } from "../containers/security-context.ts";
import { serviceEnvironment, visibleServices } from "../containers/service-environment.ts";
import { killContainer } from "./container-killer.ts";
import { runHook } from "./lifecycle-hooks.ts";
import type { PodContext } from "./pod-context.ts";
import { isHostNetwork, uidOf } from "./pod-facts.ts";

/** Where a container is started. */
interface StartPlace {
  readonly sandboxId: string;
  readonly sandbox: PodSandboxConfig;
  readonly volumes: PodVolumes;
  /** The pod's `/etc/hosts` on the node. */
  readonly hostsPath: string | undefined;
  readonly podIP: string;
  readonly signal: AbortSignal;
}

/**
 * Pulls the image, creates the container, starts it and runs its postStart hook. `restartCount` is how often it was
 * started before. Rejects with {@link StartError}.
 */
export async function startContainer(
  context: PodContext,
  pod: Pod,
  container: Container,
  restartCount: number,
  place: StartPlace,
): Promise<string> {
  const { components, event } = context;
  const image = await context.puller.ensure(pod, container);
  const config = await configured(context, pod, container, restartCount, place, image);
  const id = await components.runtime
    .createContainer(place.sandboxId, config, place.sandbox)
    .catch((error: unknown) => {
      throw failed(context, pod, container, "CreateContainerError", error);
    });
  context.owns(id, uidOf(pod));
  event(pod, container, "Normal", "Created", "Container created");
  await components.runtime.startContainer(id).catch((error: unknown) => {
    throw failed(context, pod, container, "RunContainerError", error);
  });
  event(pod, container, "Normal", "Started", "Container started");
  await components.files.linkLog(pod, container.name, id, `${place.sandbox.logDirectory}/${config.logPath}`);
  await postStart(context, pod, container, id, place);
  return id;
}

async function configured(
  context: PodContext,
  pod: Pod,
  container: Container,
  restartCount: number,
  place: StartPlace,
  image: Parameters<typeof verifyRunAsNonRoot>[2] & object,
): Promise<ReturnType<typeof containerConfig>> {
  try {
    verifyRunAsNonRoot(pod, container, image);
    const environment = await makeEnvironment(pod, container, {
      objects: context.components.objects,
      node: { allocatable: context.options.node.allocatable ?? context.options.node.capacity },
      services: servicesOf(context, pod),
    });
    const mounts = [
      ...(await volumeMounts(container, place.volumes, environment)),
      ...(await fileMounts(context, pod, container, restartCount, place.hostsPath)),
    ];
    const { memoryCapacity } = context;
    return containerConfig(pod, container, { imageRef: image.id, restartCount, environment, mounts, memoryCapacity });
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const message = error instanceof VolumeError ? `failed to prepare mounts: ${error.message}` : error.message;
    event(context, pod, container, message);
    throw error instanceof StartError ? error : new StartError("CreateContainerConfigError", message, { cause: error });
  }
}

function event(context: PodContext, pod: Pod, container: Container, message: string): void {
  context.event(pod, container, "Warning", "Failed", `Error: ${message}`);
}

function servicesOf(context: PodContext, pod: Pod): ReadonlyMap<string, string> {
  const namespace = pod.metadata?.namespace ?? "";
  const { services } = context.components;
  const links = pod.spec?.enableServiceLinks ?? true;
  return serviceEnvironment(visibleServices((name) => services.inNamespace(name), namespace, links));
}

/** `/etc/hosts` and the termination message, unless the container mounts something there itself. */
async function fileMounts(
  context: PodContext,
  pod: Pod,
  container: Container,
  restartCount: number,
  hostsPath: string | undefined,
): Promise<readonly Mount[]> {
  const taken = new Set((container.volumeMounts ?? []).map(({ mountPath }) => mountPath));
  const mounts: Mount[] = [];
  const add = (containerPath: string, hostPath: string): void => {
    mounts.push({ containerPath, hostPath, readonly: false, propagation: "PRIVATE" });
  };
  if (hostsPath !== undefined && !taken.has("/etc/hosts")) add("/etc/hosts", hostsPath);
  const path = container.terminationMessagePath || "/dev/termination-log";
  const log = await context.components.files.createTerminationLog(uidOf(pod), container.name, restartCount);
  if (log !== undefined && !taken.has(path)) add(path, log);
  return mounts;
}

async function postStart(
  context: PodContext,
  pod: Pod,
  container: Container,
  id: string,
  { podIP, signal }: StartPlace,
): Promise<void> {
  const handler = container.lifecycle?.postStart;
  if (!handler) return;
  const { components } = context;
  try {
    await runHook(
      components,
      handler,
      { container, id, podIP: isHostNetwork(pod) ? (context.hostIPs[0] ?? "") : podIP },
      0,
      signal,
    );
  } catch (error) {
    context.event(pod, container, "Warning", "FailedPostStartHook", "PostStartHook failed");
    const gracePeriod = pod.spec?.terminationGracePeriodSeconds ?? 30;
    await killContainer(
      { ...components, event: context.event },
      { pod, container, id, podIP, message: "FailedPostStartHook", gracePeriod },
    );
    throw new StartError("PostStartHookError", `PostStartHook failed: ${messageOf(error)}`, { cause: error });
  }
}

function failed(
  context: PodContext,
  pod: Pod,
  container: Container,
  code: "CreateContainerError" | "RunContainerError",
  error: unknown,
): StartError {
  const message = messageOf(error);
  event(context, pod, container, message);
  return new StartError(code, message, { cause: error });
}
