import {
  PODS,
  type Pod,
  RESOURCE_CLAIM_TEMPLATES,
  RESOURCE_CLAIMS,
  type ResourceClaim,
  type ResourceClaimTemplate,
} from "@pinnace/api";
import { hasReason, objectKey, semanticEqual } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  controllerReference,
  isControlledBy,
  watchOf,
} from "@pinnace/controller-runtime";
import { messageOf } from "@pinnace/errors";
import {
  type ClaimPlan,
  claimNamesOf,
  DELETE_PROTECTION,
  isPodDone,
  POD_CLAIM_NAME,
  planClaim,
} from "./claim-names.ts";

type PodClaim = NonNullable<NonNullable<Pod["spec"]>["resourceClaims"]>[number];
type ClaimStatus = NonNullable<NonNullable<Pod["status"]>["resourceClaimStatuses"]>[number];

/** Makes claims of pods from their templates, and takes pods that are gone off the claims that they had reserved. */
export class ResourceClaimController implements ControllerDefinition {
  readonly concurrency = 10;
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<ResourceClaim>;
  readonly #templates: Informer<ResourceClaimTemplate>;

  constructor(components: ControllerComponents) {
    this.#components = components;
    const { informers } = components;
    this.#pods = informers.informer(PODS);
    this.#claims = informers.informer(RESOURCE_CLAIMS);
    this.#templates = informers.informer(RESOURCE_CLAIM_TEMPLATES);
    this.watches = [
      watchOf(this.#pods, (event) => podKeys(event)),
      watchOf(this.#claims, ({ object }) => [`claim:${objectKey(object)}`]),
      watchOf(this.#templates, (event) => this.#templateKeys(event)),
    ];
  }

  async reconcile(key: string): Promise<undefined> {
    const [kind, name = ""] = key.split(":");
    if (kind === "claim") return this.#reconcileClaim(name);
    const pod = this.#pods.lister.get(name);
    if (pod !== undefined && pod.metadata?.deletionTimestamp === undefined && !isPodDone(pod))
      await this.#reconcilePod(pod);
  }

  async #reconcilePod(pod: Pod): Promise<void> {
    const statuses: ClaimStatus[] = [];
    for (const podClaim of pod.spec?.resourceClaims ?? []) {
      if (podClaim.resourceClaimTemplateName === undefined) continue;
      try {
        statuses.push({ name: podClaim.name, resourceClaimName: await this.#claimFor(pod, podClaim) });
      } catch (error) {
        const message = `PodResourceClaim ${podClaim.name}: ${messageOf(error)}`;
        this.#components.events.event(pod, "Warning", "FailedResourceClaimCreation", message);
        throw error;
      }
    }
    const present = pod.status?.resourceClaimStatuses ?? [];
    if (statuses.every((status) => present.some((entry) => semanticEqual(entry, status)))) return;
    const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
    const body = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, uid },
      status: { resourceClaimStatuses: statuses },
    };
    const options = { subresource: "status", fieldManager: "ResourceClaimController", force: true };
    await this.#components.client.resource(PODS).namespace(namespace).patch(name, { type: "apply", body }, options);
  }

  /** The name of the pod's claim; it is made when it does not exist. */
  async #claimFor(pod: Pod, { name, resourceClaimTemplateName = "" }: PodClaim): Promise<string> {
    const { name: podName = "", namespace = "" } = pod.metadata ?? {};
    const present = this.#claims.lister
      .inNamespace(namespace)
      .find((claim) => isControlledBy(claim, pod) && claim.metadata?.annotations?.[POD_CLAIM_NAME] === name);
    if (present !== undefined) return present.metadata?.name ?? "";
    // The cache may not have the claim yet whose name the pod has already.
    const told = pod.status?.resourceClaimStatuses?.find((entry) => entry.name === name)?.resourceClaimName;
    if (told !== undefined) return told;
    const template = this.#templates.lister.get(`${namespace}/${resourceClaimTemplateName}`);
    if (template === undefined) {
      const quoted = JSON.stringify(resourceClaimTemplateName);
      throw new Error(`resource claim template ${quoted}: resourceclaimtemplate.resource.k8s.io ${quoted} not found`);
    }
    const { metadata, spec } = template.spec;
    const { blockOwnerDeletion: _, ...owner } = controllerReference(pod, PODS);
    const created = await this.#components.client
      .resource(RESOURCE_CLAIMS)
      .namespace(namespace)
      .create({
        metadata: {
          generateName: `${podName}-${name}-`,
          ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
          annotations: { ...metadata?.annotations, [POD_CLAIM_NAME]: name },
          ownerReferences: [owner],
        },
        spec,
      });
    return created.metadata?.name ?? "";
  }

  async #reconcileClaim(key: string): Promise<undefined> {
    const claim = this.#claims.lister.get(key);
    if (claim === undefined) return;
    const namespace = claim.metadata?.namespace ?? "";
    const uncached = await this.#uncachedOf(claim);
    const plan = planClaim(claim, (name, uid) => {
      const pod = this.#pods.lister.get(`${namespace}/${name}`);
      return pod?.metadata?.uid === uid ? pod : uncached.get(uid);
    });
    try {
      await this.#execute(claim, plan);
    } catch (error) {
      if (!hasReason(error, "NotFound")) throw error;
    }
  }

  /** Consumers that the cache does not have, as the server knows them: it is asked before a reservation is dropped. */
  async #uncachedOf({ metadata, status }: ResourceClaim): Promise<ReadonlyMap<string, Pod>> {
    const { namespace = "" } = metadata ?? {};
    const found = new Map<string, Pod>();
    for (const { resource, name, uid } of status?.reservedFor ?? []) {
      if (resource !== "pods" || this.#pods.lister.get(`${namespace}/${name}`)?.metadata?.uid === uid) continue;
      try {
        const pod = await this.#components.client.resource(PODS).namespace(namespace).get(name);
        if (pod.metadata?.uid === uid) found.set(uid, pod);
      } catch (error) {
        if (!hasReason(error, "NotFound")) throw error;
      }
    }
    return found;
  }

  async #execute(claim: ResourceClaim, plan: ClaimPlan): Promise<void> {
    const { name = "", namespace = "", uid = "" } = claim.metadata ?? {};
    const claims = this.#components.client.resource(RESOURCE_CLAIMS).namespace(namespace);
    let current = claim;
    if (plan.reservedFor !== undefined || plan.deallocate) {
      const { allocation, reservedFor, ...rest } = claim.status ?? {};
      const left = plan.reservedFor ?? reservedFor ?? [];
      current = await claims.updateStatus({
        ...claim,
        status: {
          ...rest,
          ...(allocation === undefined || plan.deallocate ? {} : { allocation }),
          ...(left.length === 0 ? {} : { reservedFor: left }),
        },
      });
    }
    if (plan.deallocate) {
      const finalizers = (current.metadata?.finalizers ?? []).filter((finalizer) => finalizer !== DELETE_PROTECTION);
      await claims.update({ ...current, metadata: { ...current.metadata, finalizers } });
    }
    if (plan.delete) await claims.delete(name, { preconditions: { uid } });
  }

  *#templateKeys({ type, object }: CacheEvent<ResourceClaimTemplate>): Iterable<string> {
    if (type === "delete") return;
    for (const pod of this.#pods.lister.inNamespace(object.metadata?.namespace ?? ""))
      if (pod.spec?.resourceClaims?.some((claim) => claim.resourceClaimTemplateName === object.metadata?.name))
        yield `pod:${objectKey(pod)}`;
  }
}

/** The pod itself while it lives, and its claims when it is done. */
function* podKeys({ type, object }: CacheEvent<Pod>): Iterable<string> {
  if ((object.spec?.resourceClaims ?? []).length === 0) return;
  if (type !== "delete") yield `pod:${objectKey(object)}`;
  if (type !== "delete" && !isPodDone(object)) return;
  for (const name of claimNamesOf(object)) yield `claim:${object.metadata?.namespace}/${name}`;
}
