import { type AdmissionRequest, subresourceKind } from "@pinnace/admission";
import type { Draft, KubernetesObject } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";
import type { RestContext } from "./rest-context.ts";
import { serverView } from "./server-view.ts";

/** What a write tells the admission chain. */
interface AdmissionSubject {
  readonly operation: AdmissionRequest["operation"];
  readonly name: string;
  readonly object: Draft | undefined;
  readonly oldObject: KubernetesObject | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly dryRun: boolean;
}

export function admissionRequest(
  rest: RestContext,
  request: ResourceRequest,
  subject: AdmissionSubject,
): AdmissionRequest {
  const { definition, info, user, warnings, audit } = request;
  return {
    ...subject,
    definition,
    subresource: info.subresource,
    kind: info.subresource === "" ? definition : subresourceKind(definition, info.subresource),
    namespace: info.namespace,
    user,
    server: serverView(rest),
    warn: (text) => warnings.add(text),
    annotate: (key, value) => audit.annotate(key, value),
  };
}
