import { RUNTIME_CLASSES, type RuntimeClass } from "@pinnace/api";
import { type Draft, deepEqual, thaw } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { createObjectReader } from "../object-reader.ts";
import { refusal } from "../refusal.ts";
import { isRequest } from "../request-kind.ts";

/** `RuntimeClass`: a pod gets the overhead, node selector and tolerations of its class. */
export function createRuntimeClass(components: Pick<AdmissionComponents, "client" | "informers">): AdmissionPlugin {
  const classes = createObjectReader(components, RUNTIME_CLASSES);
  const find = async (request: AdmissionRequest): Promise<RuntimeClass | undefined> => {
    const name = request.object.spec.runtimeClassName;
    if (!name) return undefined;
    const found = await classes.get("", name);
    if (found === undefined) throw refusal(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
    return found;
  };
  return {
    name: "RuntimeClass",
    handles: (request) => isRequest(request, "pods", "CREATE"),
    async mutate(request) {
      const found: Draft = await find(request);
      if (found === undefined) return;
      const { spec } = request.object;
      if (found.overhead?.podFixed) {
        if (spec.overhead !== undefined && !deepEqual(spec.overhead, found.overhead.podFixed))
          throw refusal(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        spec.overhead = thaw(found.overhead.podFixed);
      }
      setScheduling(request, spec, found.scheduling ?? {});
    },
    async validate(request) {
      const { overhead } = request.object.spec;
      const expected = (await find(request))?.overhead?.podFixed;
      if (expected === undefined) {
        if (overhead !== undefined)
          throw refusal(request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
      } else if (!deepEqual(overhead, expected))
        throw refusal(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    },
  };
}

function setScheduling(request: AdmissionRequest, spec: Draft, scheduling: Draft): void {
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value)
      throw refusal(
        request,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
      );
    spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
  }
  const tolerations: readonly Draft[] = spec.tolerations ?? [];
  const added = (scheduling.tolerations ?? []).filter(
    (toleration: Draft) => !tolerations.some((own) => deepEqual(own, toleration)),
  );
  if (added.length > 0) spec.tolerations = [...tolerations, ...thaw(added)];
}
