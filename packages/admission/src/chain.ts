import type { AdmissionPlugin, AdmissionRequest } from "./contract.ts";
import { runRounds } from "./reinvocation.ts";

/** What {@link runValidation} reserved: call `release` when the write is not stored after all. */
export interface Admitted {
  release(): Promise<void>;
}

function handles(plugin: AdmissionPlugin, request: AdmissionRequest): boolean {
  return plugin.handles?.(request) ?? true;
}

/**
 * Lets the plugins change the object, one after the other, and once more when a webhook or policy changed it. Rejects with
 * the first refusal.
 */
export async function runMutation(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  await runRounds(request, async () => {
    for (const plugin of plugins)
      if (plugin.mutate !== undefined && handles(plugin, request)) await plugin.mutate(request);
  });
}

/**
 * Asks the plugins whether the object may be written, one after the other. Rejects with the first refusal, after those
 * that had agreed have given back what they reserved.
 */
export async function runValidation(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<Admitted> {
  const agreed: AdmissionPlugin[] = [];
  const release = async (): Promise<void> => {
    for (const plugin of agreed.splice(0)) await plugin.release?.(request);
  };
  try {
    for (const plugin of plugins) {
      if (plugin.validate === undefined || !handles(plugin, request)) continue;
      await plugin.validate(request);
      agreed.push(plugin);
    }
  } catch (refusal) {
    await release();
    throw refusal;
  }
  return { release };
}

/** Both phases at once, for writes that have nothing between them (CONNECT, DELETE). */
export async function runAdmission(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<Admitted> {
  await runMutation(plugins, request);
  return runValidation(plugins, request);
}
