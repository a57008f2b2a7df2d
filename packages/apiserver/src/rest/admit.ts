import type { AdmissionPlugin, AdmissionRequest } from "@pinnace/admission";
import type { Draft, KubernetesObject } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";

/** What a write tells the admission chain. */
export interface AdmissionSubject {
  readonly operation: AdmissionRequest["operation"];
  readonly name: string;
  readonly object: Draft | undefined;
  readonly oldObject: KubernetesObject | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly dryRun: boolean;
}

export function admissionRequest(request: ResourceRequest, subject: AdmissionSubject): AdmissionRequest {
  const { definition, info, user, warnings } = request;
  return {
    ...subject,
    definition,
    subresource: info.subresource,
    namespace: info.namespace,
    user,
    warn: (text) => warnings.add(text),
    annotate: () => undefined,
  };
}

export async function mutate(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins)
    if (plugin.mutate !== undefined && (plugin.handles?.(request) ?? true)) await plugin.mutate(request);
}

/** Runs the validating half; the result gives back what the plugins reserved, for writes that are not stored. */
export async function validate(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
): Promise<() => Promise<void>> {
  const passed: AdmissionPlugin[] = [];
  const release = async (): Promise<void> => {
    for (const plugin of passed.splice(0).reverse()) await plugin.release?.(request);
  };
  try {
    for (const plugin of plugins) {
      if (plugin.validate === undefined || !(plugin.handles?.(request) ?? true)) continue;
      await plugin.validate(request);
      passed.push(plugin);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}
