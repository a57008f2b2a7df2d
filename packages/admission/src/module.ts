import { CLIENT_FACTORY, type ClientFactory, INFORMERS, type InformerFactory } from "@pinnace/client";
import { CLOCK, type Clock } from "@pinnace/clock";
import { METRICS, type MetricRegistries } from "@pinnace/metrics";
import { AUTHORIZER, type Authorizer, ESCALATION_CHECK, type EscalationCheck } from "@pinnace/rbac";
import { ContainerModule, type ResolutionContext } from "inversify";
import type { AdmissionComponents } from "./components.ts";
import { ADMISSION_PLUGINS } from "./contract.ts";
import { DEFAULT_ADMISSION_PLUGINS } from "./default-plugins.ts";
import { WEBHOOK_CALLER, type WebhookCaller } from "./webhooks/caller.ts";

/** The DI token of a source of random numbers between 0 and 1; optional, `Math.random` by default. */
export const ADMISSION_RANDOM: unique symbol = Symbol.for("pinnace.admission.random") as never;

/** As whom an API server reads from itself. */
const API_SERVER_USER = { name: "system:apiserver", groups: ["system:masters"] } as const;

/**
 * Binds `ADMISSION_PLUGINS` once for each default plugin; further bindings come after them. Needs `CLOCK`,
 * `CLIENT_FACTORY`, `INFORMERS`, `AUTHORIZER` and `ESCALATION_CHECK`, takes `WEBHOOK_CALLER` and `METRICS` when they are bound; client and informers are resolved when a plugin
 * first reads, because the API server that they talk to is made with these plugins.
 */
export const admissionModule: ContainerModule = new ContainerModule(({ bind }) => {
  for (const create of DEFAULT_ADMISSION_PLUGINS)
    bind(ADMISSION_PLUGINS)
      .toDynamicValue((context) => create(componentsOf(context)))
      .inSingletonScope();
});

function componentsOf(context: ResolutionContext): AdmissionComponents {
  const webhooks = context.get<WebhookCaller>(WEBHOOK_CALLER, { optional: true });
  const metrics = context.get<MetricRegistries>(METRICS, { optional: true })?.component("apiserver");
  return {
    ...(webhooks === undefined ? {} : { webhooks }),
    ...(metrics === undefined ? {} : { metrics }),
    client: () =>
      context.get<ClientFactory>(CLIENT_FACTORY).client({ program: "kube-apiserver", user: API_SERVER_USER }),
    informers: () => context.get<InformerFactory>(INFORMERS),
    clock: context.get<Clock>(CLOCK),
    random: context.get<() => number>(ADMISSION_RANDOM, { optional: true }) ?? Math.random,
    authorizer: context.get<Authorizer>(AUTHORIZER),
    escalationCheck: context.get<EscalationCheck>(ESCALATION_CHECK),
  };
}
