import type { Draft, KubernetesObject } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "../contract.ts";
import type { ClientConfig } from "./webhook-client.ts";

/** One webhook of a configuration. */
export interface Hook {
  /** Tells it from all others: configuration, name, and which one of that name. */
  readonly uid: string;
  readonly configuration: string;
  readonly name: string;
  readonly clientConfig: ClientConfig;
  readonly timeoutSeconds: number;
  readonly failurePolicy: "Fail" | "Ignore";
  readonly sideEffects: string;
  readonly reinvocable: boolean;
  readonly reviewVersions: readonly string[];
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
  /** The stored form: rules, selectors, match policy. */
  readonly match: Draft;
}

/** Default seconds that a webhook may take. */
const TIMEOUT = 10;
const hooks = new WeakMap<readonly KubernetesObject[], readonly Hook[]>();
const NONE: readonly Hook[] = [];

/** The webhooks of all configurations of a kind, in order of the configurations' names. */
export function hooksOf({ server }: AdmissionRequest, resource: string): readonly Hook[] {
  const definition = server.find("admissionregistration.k8s.io", "v1", resource);
  if (definition === undefined) return NONE;
  const table = server.objects(definition);
  if (table.size === 0) return NONE;
  const configurations = table.list();
  let known = hooks.get(configurations);
  if (known === undefined) {
    known = configurations.flatMap(hooksOfConfiguration);
    hooks.set(configurations, known);
  }
  return known;
}

function hooksOfConfiguration({ metadata, webhooks = [] }: Draft): Hook[] {
  const seen = new Map<string, number>();
  return webhooks.map((webhook: Draft): Hook => {
    const { name } = webhook;
    const index = seen.get(name) ?? 0;
    seen.set(name, index + 1);
    return {
      uid: `${metadata.name}/${name}/${index}`,
      configuration: metadata.name,
      name,
      clientConfig: webhook.clientConfig,
      timeoutSeconds: webhook.timeoutSeconds ?? TIMEOUT,
      failurePolicy: webhook.failurePolicy ?? "Fail",
      sideEffects: webhook.sideEffects ?? "",
      reinvocable: webhook.reinvocationPolicy === "IfNeeded",
      reviewVersions: webhook.admissionReviewVersions ?? [],
      matchConditions: webhook.matchConditions ?? [],
      match: webhook,
    };
  });
}
