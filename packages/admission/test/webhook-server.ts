import type { Draft, ResourceDefinition } from "@pinnace/apimachinery";
import { createMetricRegistry, type MetricRegistry } from "@pinnace/metrics";
import type { AdmissionComponents, ServerView, WebhookCall, WebhookCaller } from "../src/index.ts";
import { cluster } from "./cluster.ts";

const strategy = { allowCreateOnUpdate: false, allowUnconditionalUpdate: true, generation: false };

/** A resource that takes any object. */
export function resource(
  group: string,
  version: string,
  plural: string,
  kind: string,
  more: Draft = {},
): ResourceDefinition {
  return {
    ...{ group, version, resource: plural, kind, namespaced: true, strategy, subresources: [], stored: true },
    storageResource: group === "" ? plural : `${group}/${plural}`,
    ...more,
  } as ResourceDefinition;
}

const ADMISSION = "admissionregistration.k8s.io";
const RESOURCES = [
  resource("", "v1", "namespaces", "Namespace", { namespaced: false }),
  resource("", "v1", "services", "Service"),
  resource("", "v1", "configmaps", "ConfigMap"),
  resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
  resource("apps", "v1", "deployments", "Deployment"),
  resource("apps", "v1beta1", "deployments", "Deployment"),
  ...["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"].map((kind) =>
    resource(ADMISSION, "v1", `${kind.toLowerCase()}s`, kind, { namespaced: false }),
  ),
  ...["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"].flatMap((kind) => [
    resource(ADMISSION, "v1", `${kind.toLowerCase().replace(/y$/, "ies")}`, kind, { namespaced: false }),
    resource(ADMISSION, "v1", `${kind.toLowerCase()}bindings`, `${kind}Binding`, { namespaced: false }),
  ]),
];

/** The definition of a resource that {@link serverWith} serves. */
export function served(plural: string, version = "v1"): ResourceDefinition {
  return RESOURCES.find((each) => each.resource === plural && each.version === version) as ResourceDefinition;
}

/** A server with these objects, by plural. Other versions of a resource differ in `apiVersion`. */
export function serverWith(objects: Readonly<Record<string, readonly Draft[]>>): ServerView {
  return {
    find: (group, version, plural) =>
      RESOURCES.find((each) => each.group === group && each.version === version && each.resource === plural),
    findKind: (group, version, kind) =>
      RESOURCES.find((each) => each.group === group && each.version === version && each.kind === kind),
    versionsOf: ({ storageResource }) => RESOURCES.filter((each) => each.storageResource === storageResource),
    objects: ({ resource: plural }) => {
      const all = objects[plural] ?? [];
      const within = (namespace: string) => all.filter(({ metadata }) => (metadata.namespace ?? "") === namespace);
      return {
        size: all.length,
        get: (namespace, name) => within(namespace).find(({ metadata }) => metadata.name === name),
        list: (namespace) => (namespace === undefined ? all : within(namespace)),
      };
    },
    complete: () => undefined,
    convert: async (object, _from, to) => ({ ...structuredClone(object), apiVersion: `${to.group}/${to.version}` }),
  };
}

export interface Webhooks {
  readonly components: AdmissionComponents;
  readonly calls: (WebhookCall & { readonly review: Draft })[];
  readonly metrics: MetricRegistry;
}

/** Webhooks that answer with what `respond` gives as the `response` of a review, or with a whole answer. */
export function webhooks(respond: (review: Draft, call: WebhookCall) => Draft): Webhooks {
  const calls: Webhooks["calls"] = [];
  const metrics = createMetricRegistry();
  const caller: WebhookCaller = {
    call: async (call) => {
      const review = JSON.parse(call.body);
      calls.push({ ...call, review });
      const response = await respond(review, call);
      if ("body" in response) return response;
      const { kind, apiVersion, request } = review;
      return { status: 200, body: JSON.stringify({ kind, apiVersion, response: { uid: request.uid, ...response } }) };
    },
  };
  return { calls, metrics, components: { ...cluster().components, webhooks: caller, metrics } };
}

/** The configuration of one webhook for ConfigMaps. */
export function configuration(name: string, webhook: Draft = {}): Draft {
  return {
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig: { url: "https://hook.example.com/check" },
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        matchPolicy: "Equivalent",
        timeoutSeconds: 10,
        namespaceSelector: {},
        objectSelector: {},
        rules: [{ operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], scope: "*" }],
        ...webhook,
      },
    ],
  };
}

/** A JSON patch as a webhook sends it. */
export function patch(...operations: readonly Draft[]): Draft {
  return { allowed: true, patchType: "JSONPatch", patch: btoa(JSON.stringify(operations)) };
}
