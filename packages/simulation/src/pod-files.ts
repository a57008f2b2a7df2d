import type { PodCgroups, PodFiles } from "@pinnace/kubelet";

/** Files of simulated pods: paths are as on a real node, nothing is written. */
export const simulatedPodFiles: PodFiles = Object.freeze({
  logDirectory: ({ metadata }) => `/var/log/pods/${metadata?.namespace}_${metadata?.name}_${metadata?.uid}`,
  prepare: async () => undefined,
  writeHosts: async () => undefined,
  createTerminationLog: async () => undefined,
  readTerminationLog: async () => undefined,
  linkLog: async () => undefined,
  remove: async () => undefined,
} satisfies PodFiles);

/** Simulated pods have no cgroups. */
export const simulatedCgroups: PodCgroups = Object.freeze({
  ensure: async (pod) => `/kubepods/pod${pod.metadata?.uid ?? ""}`,
  remove: async () => undefined,
} satisfies PodCgroups);
