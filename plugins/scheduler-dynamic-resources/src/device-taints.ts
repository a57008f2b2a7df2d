import type { DeviceTaint, DeviceToleration } from "@pinnace/api";
import type { PublishedDevice } from "./device-pools.ts";

/** Whether a request puts up with every taint that keeps a device from being allocated (KEP-5055). */
export function toleratesDevice(tolerations: readonly DeviceToleration[], { device }: PublishedDevice): boolean {
  return (device.taints ?? [])
    .filter(({ effect }) => effect === "NoSchedule" || effect === "NoExecute")
    .every((taint) => tolerations.some((toleration) => tolerates(toleration, taint)));
}

function tolerates(
  { key = "", operator = "Equal", value = "", effect = "" }: DeviceToleration,
  taint: DeviceTaint,
): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  return operator === "Exists" || (operator === "Equal" && value === (taint.value ?? ""));
}
