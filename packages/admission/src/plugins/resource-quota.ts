import { RESOURCE_QUOTAS, type ResourceQuota } from "@pinnace/api";
import { type Draft, hasReason } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { createObjectReader, type ObjectReader } from "../object-reader.ts";
import { exceeding, minus, only, plus, positive, printed, type Quantities } from "../quota/quantities.ts";
import { isInScope } from "../quota/scopes.ts";
import { unspecified, usageOf } from "../quota/usage.ts";
import { refusal } from "../refusal.ts";
import { resourceOf } from "../request-kind.ts";

/** What was booked on a quota for a write. */
interface Booking {
  readonly quota: string;
  readonly delta: Quantities;
}

/** Kinds whose updates can use more than before. */
const GROWING = ["services", "persistentvolumeclaims"];
/** Attempts to book on a quota that somebody else changes at the same time. */
const ATTEMPTS = 5;

/**
 * `ResourceQuota`: a namespace uses no more than its quotas allow. What a write uses is booked in `status.used` before it
 * is stored, so that writes at the same time cannot exceed a quota together; a write that is not stored is taken back.
 * A quota counts once the controller has filled in its `status.hard`.
 */
export function createResourceQuota(components: Pick<AdmissionComponents, "client" | "informers">): AdmissionPlugin {
  const quotas = createObjectReader(components, RESOURCE_QUOTAS);
  const booked = new WeakMap<AdmissionRequest, readonly Booking[]>();
  const book = createLedger(components, quotas);
  return {
    name: "ResourceQuota",
    handles: (request) => request.namespace !== "" && uses(request),
    async validate(request) {
      const bookings: Booking[] = [];
      booked.set(request, bookings);
      try {
        for (const { metadata } of await quotas.list(request.namespace)) {
          const quota = metadata?.name ?? "";
          const delta = await book(request, quota, (current) => demand(request, current));
          if (delta !== undefined) bookings.push({ quota, delta });
        }
      } catch (refused) {
        await takeBack(request, bookings);
        throw refused;
      }
    },
    release: (request) => takeBack(request, booked.get(request) ?? []),
  };

  async function takeBack(request: AdmissionRequest, bookings: readonly Booking[]): Promise<void> {
    booked.delete(request);
    for (const { quota, delta } of bookings) await book(request, quota, () => minus({}, delta));
  }
}

function uses(request: AdmissionRequest): boolean {
  const { operation, subresource } = request;
  const resource = resourceOf(request);
  if (resource === "pods" && subresource === "resize") return operation === "UPDATE";
  if (subresource !== "") return false;
  return operation === "CREATE" || (operation === "UPDATE" && GROWING.includes(resource));
}

/** What a write adds to a quota; undefined when nothing. Throws the refusal when it may not be. */
function demand(request: AdmissionRequest, quota: ResourceQuota): Quantities | undefined {
  const { definition, object, oldObject } = request;
  const hard: Quantities = quota.status?.hard ?? {};
  if (!isInScope(quota, definition.resource, object)) return undefined;
  const names = Object.keys(hard);
  const name = quota.metadata?.name ?? "";
  if (definition.resource === "pods" && definition.group === "" && request.operation === "CREATE") {
    const missing = unspecified(object, names);
    if (missing !== "") throw refusal(request, `failed quota: ${name}: must specify ${missing}`);
  }
  const usage = only(usageOf(definition, object), names);
  const before = oldObject === undefined ? {} : only(usageOf(definition, oldObject as Draft), names);
  const delta = oldObject === undefined ? usage : minus(usage, before);
  const growing = positive(delta);
  if (growing.length === 0) return undefined;
  const used: Quantities = quota.status?.used ?? {};
  const unknown = growing.filter((resource) => used[resource] === undefined).sort();
  if (unknown.length > 0) throw refusal(request, `status unknown for quota: ${name}, resources: ${unknown.join(",")}`);
  const over = exceeding(only(plus(used, delta), growing), hard);
  if (over.length === 0) return delta;
  const [requested, current, limited] = [delta, used, hard].map((quantities) => printed(only(quantities, over)));
  throw refusal(request, `exceeded quota: ${name}, requested: ${requested}, used: ${current}, limited: ${limited}`);
}

type Ledger = (
  request: AdmissionRequest,
  quota: string,
  deltaOf: (current: ResourceQuota) => Quantities | undefined,
) => Promise<Quantities | undefined>;

/** Books on each quota one write after the other, from its newest state. */
function createLedger(components: Pick<AdmissionComponents, "client">, quotas: ObjectReader<ResourceQuota>): Ledger {
  const pending = new Map<string, Promise<unknown>>();
  return (request, name, deltaOf) => {
    const key = `${request.namespace}/${name}`;
    const previous = pending.get(key) ?? Promise.resolve();
    const next = previous.then(() => bookOne(components, quotas, request, name, deltaOf));
    const settled = next.then(
      () => undefined,
      () => undefined,
    );
    pending.set(key, settled);
    void settled.then(() => pending.get(key) === settled && pending.delete(key));
    return next;
  };
}

async function bookOne(
  components: Pick<AdmissionComponents, "client">,
  quotas: ObjectReader<ResourceQuota>,
  request: AdmissionRequest,
  name: string,
  deltaOf: (current: ResourceQuota) => Quantities | undefined,
): Promise<Quantities | undefined> {
  const client = components.client().resource(RESOURCE_QUOTAS).namespace(request.namespace);
  for (let attempt = 1; ; attempt++) {
    const current = await quotas.getLive(request.namespace, name);
    const delta = current && deltaOf(current);
    if (current === undefined || delta === undefined || request.dryRun) return undefined;
    const used = { ...current.status?.used, ...only(plus(current.status?.used ?? {}, delta), Object.keys(delta)) };
    try {
      await client.updateStatus({ ...current, status: { ...current.status, used } });
      return delta;
    } catch (error) {
      if (hasReason(error, "NotFound")) return undefined;
      if (!hasReason(error, "Conflict") || attempt === ATTEMPTS) throw error;
    }
  }
}
