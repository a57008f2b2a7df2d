import type { AdmissionRequest } from "@pinnace/admission";
import type { Draft, KubernetesObject } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";

/** What a write tells the admission chain. */
interface AdmissionSubject {
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
