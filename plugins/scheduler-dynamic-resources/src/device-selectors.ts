import type { DeviceSelector } from "@pinnace/api";
import type { PublishedDevice } from "./device-pools.ts";

/** A compiled expression. Throws with cel-go's words when it fails on a device. */
export type DeviceExpression = (device: PublishedDevice) => boolean;

/** Whether a device satisfies all selectors. `owner` (`class gpu`, `request r`) tells in errors whose they are. */
export type SelectorMatcher = (selectors: readonly DeviceSelector[], device: PublishedDevice, owner: string) => boolean;

/** Expressions are compiled once. `compile` throws with cel-go's words. */
export function createSelectorMatcher(compile: (expression: string) => DeviceExpression): SelectorMatcher {
  const compiled = new Map<string, DeviceExpression>();
  const expressionOf = (source: string): DeviceExpression => {
    const known = compiled.get(source);
    if (known !== undefined) return known;
    const fresh = compile(source);
    compiled.set(source, fresh);
    return fresh;
  };
  return (selectors, device, owner) =>
    selectors.every(({ cel }, index) => {
      const source = cel?.expression ?? "";
      try {
        return expressionOf(source)(device);
      } catch (cause) {
        const kind = compiled.has(source) ? "runtime" : "compile";
        const words = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`${owner}: selector #${index}: CEL ${kind} error: ${words}`, { cause });
      }
    });
}
