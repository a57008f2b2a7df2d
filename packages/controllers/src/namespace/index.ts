import { NAMESPACES, type Namespace } from "@pinnace/api";
import { hasReason, semanticEqual, timeOf } from "@pinnace/apimachinery";
import type { Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ControllerFactory,
  type ReconcileResult,
  watchOf,
} from "@pinnace/controller-runtime";
import { deleteContent } from "./delete-content.ts";
import { namespaceConditions } from "./namespace-conditions.ts";

const FINALIZER = "kubernetes";
/**
 * How long after its deletion timestamp (a full second) a namespace is left as it is, milliseconds: servers that have not
 * seen it may still create things in it, and a client's second DELETE still finds it. Upstream waits for 5 s.
 */
const GRACE = 2500;

/** Empties namespaces that are being deleted and lets them go. */
export const namespaceController: ControllerFactory = {
  name: "namespace-controller",
  create: (components) => new NamespaceController(components),
};

class NamespaceController implements ControllerDefinition {
  readonly concurrency = 10;
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #namespaces: Informer<Namespace>;

  constructor(components: ControllerComponents) {
    this.#components = components;
    this.#namespaces = components.informers.informer(NAMESPACES);
    this.watches = [
      watchOf(this.#namespaces, ({ type, object }) =>
        type !== "delete" && isWaiting(object) ? [object.metadata?.name ?? ""] : [],
      ),
    ];
  }

  async reconcile(name: string): Promise<ReconcileResult | undefined> {
    const { client, clock } = this.#components;
    const namespaces = client.resource(NAMESPACES);
    const cached = this.#namespaces.lister.get(name);
    if (cached === undefined || !isWaiting(cached)) return undefined;
    const wait = (timeOf(cached.metadata?.deletionTimestamp) ?? 0) + GRACE - clock.now();
    if (wait > 0) return { requeueAfter: wait };
    const { content, estimate } = await deleteContent(client, name, clock.now());
    const namespace = await namespaces.get(name);
    const conditions = namespaceConditions(namespace, content, clock.now());
    if (!semanticEqual(conditions, namespace.status?.conditions) || namespace.status?.phase !== "Terminating")
      await namespaces.updateStatus({
        ...namespace,
        status: { ...namespace.status, phase: "Terminating", conditions },
      });
    if (estimate > 0) return { requeueAfter: estimate / 2 + 1000 };
    await this.#finalize(name);
    return undefined;
  }

  async #finalize(name: string): Promise<void> {
    const namespaces = this.#components.client.resource(NAMESPACES);
    try {
      const namespace = await namespaces.get(name);
      const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
      const body = { ...namespace, spec: { ...namespace.spec, finalizers } };
      await namespaces.subresource(name, "finalize", { method: "PUT", body });
    } catch (error) {
      if (!hasReason(error, "NotFound")) throw error;
    }
  }
}

function isWaiting({ metadata, spec }: Namespace): boolean {
  return metadata?.deletionTimestamp !== undefined && (spec?.finalizers ?? []).length > 0;
}
