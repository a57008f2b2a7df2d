import type { Container, Pod } from "@pinnace/api";
import type { ContainerSecurity, Image } from "@pinnace/cri";
import { StartError } from "./config-error.ts";

const DEFAULT_MASKED = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];
const DEFAULT_READONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/** The effective security context of a container: its own members win over the pod's. */
export function containerSecurity(pod: Pod, container: Container): ContainerSecurity {
  const own = container.securityContext ?? {};
  const ofPod = pod.spec?.securityContext ?? {};
  const privileged = own.privileged === true;
  const runAsUser = own.runAsUser ?? ofPod.runAsUser;
  const runAsGroup = own.runAsGroup ?? ofPod.runAsGroup;
  const groups = [...(ofPod.supplementalGroups ?? []), ...(ofPod.fsGroup === undefined ? [] : [ofPod.fsGroup])];
  const unmasked = privileged || own.procMount === "Unmasked";
  return {
    privileged,
    readonlyRootfs: own.readOnlyRootFilesystem === true,
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    ...(runAsUser === undefined ? {} : { runAsUser }),
    ...(runAsGroup === undefined ? {} : { runAsGroup }),
    supplementalGroups: groups,
    addCapabilities: own.capabilities?.add ?? [],
    dropCapabilities: own.capabilities?.drop ?? [],
    seccomp: seccompOf(privileged, own.seccompProfile ?? ofPod.seccompProfile),
    maskedPaths: unmasked ? [] : DEFAULT_MASKED,
    readonlyPaths: unmasked ? [] : DEFAULT_READONLY,
  };
}

function seccompOf(
  privileged: boolean,
  profile: { readonly type: string; readonly localhostProfile?: string } | undefined,
): ContainerSecurity["seccomp"] {
  if (privileged) return "Unconfined";
  if (profile?.type === "RuntimeDefault") return "RuntimeDefault";
  if (profile?.type === "Localhost") return { localhost: `/var/lib/kubelet/seccomp/${profile.localhostProfile ?? ""}` };
  return "Unconfined";
}

/** Throws {@link StartError} `CreateContainerConfigError` when runAsNonRoot forbids the user that would be used. */
export function verifyRunAsNonRoot(pod: Pod, container: Container, image: Image | undefined): void {
  const own = container.securityContext ?? {};
  const required = own.runAsNonRoot ?? pod.spec?.securityContext?.runAsNonRoot;
  if (required !== true) return;
  const where = `(pod: "${pod.metadata?.name}_${pod.metadata?.namespace}(${pod.metadata?.uid})", container: ${container.name})`;
  const user = own.runAsUser ?? pod.spec?.securityContext?.runAsUser;
  if (user === 0) throw refuse(`container's runAsUser breaks non-root policy ${where}`);
  if (user !== undefined || image === undefined) return;
  if (image.uid === 0 || (image.uid === undefined && (image.username ?? "") === ""))
    throw refuse(`container has runAsNonRoot and image will run as root ${where}`);
  if (image.uid === undefined)
    throw refuse(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`,
    );
}

function refuse(message: string): StartError {
  return new StartError("CreateContainerConfigError", message);
}
