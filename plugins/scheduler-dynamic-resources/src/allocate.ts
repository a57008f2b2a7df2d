import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceClass,
  DeviceRequest,
  DeviceRequestAllocationResult,
  DeviceToleration,
  ExactDeviceRequest,
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  ResourceClaim,
} from "@pinnace/api";
import type { Quantity } from "@pinnace/apimachinery";
import { semanticEqual } from "@pinnace/apimachinery";
import { shareOf } from "./device-capacity.ts";
import { allows, type Choice } from "./device-constraints.ts";
import { type DevicePool, isReachable, type PublishedDevice, reachOf } from "./device-pools.ts";
import type { SelectorMatcher } from "./device-selectors.ts";
import { toleratesDevice } from "./device-taints.ts";
import type { DeviceUsage } from "./device-usage.ts";

/** How many devices one claim can have (resource.k8s.io/v1 AllocationResultsMaxSize). */
const MOST_DEVICES = 32;

/** What allocation works with. */
export interface AllocationGround {
  readonly pools: readonly DevicePool[];
  /** What others use; changed while searching, and as before afterwards. */
  readonly usage: DeviceUsage;
  classOf(name: string): DeviceClass | undefined;
  /** Whether a device is what selectors ask for. Throws when an expression fails. */
  readonly matches: SelectorMatcher;
  /** A fresh UID, for a share of a device. */
  uid(): string;
}

/** A request, or one alternative of a prioritized list (KEP-4816). */
interface Wanted extends ExactDeviceRequest {
  /** As results name it: `request`, or `request/alternative`. */
  readonly name: string;
  readonly class: DeviceClass;
}

interface Taken extends Choice {
  readonly wanted: Wanted;
  readonly share: ReadonlyMap<string, Quantity> | undefined;
}

/**
 * Devices on a node for all claims, in the order of pools and devices: the first complete set that is found. Undefined
 * when there is none. Throws when a claim cannot be understood or an expression fails.
 */
export function allocate(
  claims: readonly ResourceClaim[],
  node: Node,
  ground: AllocationGround,
): readonly AllocationResult[] | undefined {
  const search = new Search(node, ground);
  const taken = search.claims(claims);
  if (taken !== undefined) return claims.map((claim, index) => search.resultOf(claim, taken[index] ?? []));
  if (search.usable.some(({ problem }) => problem !== undefined)) throw new NodeProblem();
  return undefined;
}

/** Nothing can be allocated on one node; others may do. */
export class NodeProblem extends Error {
  constructor() {
    super("invalid resource pools were encountered");
  }
}

class Search {
  /** Pools with devices that the node can reach. */
  readonly usable: readonly DevicePool[];
  readonly #node: Node;
  readonly #ground: AllocationGround;
  readonly #selectable = new Map<Wanted, readonly (readonly [DevicePool, PublishedDevice])[]>();

  constructor(node: Node, ground: AllocationGround) {
    this.#node = node;
    this.#ground = ground;
    this.usable = ground.pools.filter(({ devices }) => devices.some((device) => isReachable(node, reachOf(device))));
  }

  /** What each claim takes. What was taken is given back before this returns: the caller decides what becomes of it. */
  claims(claims: readonly ResourceClaim[]): readonly (readonly Taken[])[] | undefined {
    const wishes = claims.map((claim) => (claim.spec.devices?.requests ?? []).map((each) => this.#wanted(claim, each)));
    const chosen: Taken[][] = claims.map(() => []);
    const found = this.#next(claims, wishes, chosen, 0, 0);
    if (!found) return undefined;
    for (const claim of chosen.toReversed()) for (const each of claim.toReversed()) this.#giveBack(each);
    return chosen;
  }

  /** From the given request of the given claim on; true leaves everything in `chosen`. */
  #next(
    claims: readonly ResourceClaim[],
    wishes: readonly (readonly (readonly Wanted[])[])[],
    chosen: readonly Taken[][],
    claim: number,
    request: number,
  ): boolean {
    const alternatives = wishes[claim];
    const mine = chosen[claim];
    const current = claims[claim];
    if (alternatives === undefined || mine === undefined || current === undefined) return true;
    const wanted = alternatives[request];
    if (wanted === undefined) return this.#next(claims, wishes, chosen, claim + 1, 0);
    const goOn = (): boolean => this.#next(claims, wishes, chosen, claim, request + 1);
    return wanted.some((alternative) => this.#devices(current, alternative, mine, goOn));
  }

  #devices(claim: ResourceClaim, wanted: Wanted, mine: Taken[], goOn: () => boolean): boolean {
    const candidates = this.#candidates(wanted);
    const isAll = wanted.allocationMode === "All";
    const count = isAll ? candidates.length : (wanted.count ?? 1);
    if (count === 0 || mine.length + count > MOST_DEVICES || candidates.length < count) return false;
    const pick = (from: number, left: number): boolean => {
      if (left === 0) return goOn();
      for (let at = from; at <= candidates.length - left; at++) {
        const [pool, device] = candidates[at]!;
        const taken = this.#take(claim, wanted, pool, device, mine);
        if (taken !== undefined) {
          mine.push(taken);
          if (pick(at + 1, left - 1)) return true;
          mine.pop();
          this.#giveBack(taken);
        }
        if (isAll) return false;
      }
      return false;
    };
    return pick(0, count);
  }

  #take(
    claim: ResourceClaim,
    wanted: Wanted,
    pool: DevicePool,
    device: PublishedDevice,
    mine: readonly Taken[],
  ): Taken | undefined {
    const { usage } = this.#ground;
    const isShared = device.device.allowMultipleAllocations === true;
    const isLooking = wanted.adminAccess === true;
    if (isLooking && !isShared && mine.some((each) => each.device.key === device.key)) return undefined;
    if (!isLooking && (usage.isTaken(device) || (usage.isShared(device) && !isShared))) return undefined;
    const capacity = shareOf(device, wanted.capacity?.requests ?? {}, usage);
    if (capacity === undefined || !toleratesDevice(wanted.tolerations ?? [], device)) return undefined;
    if (!isLooking && !usage.hasCountersFor(device, pool)) return undefined;
    const choice = { request: wanted.name, device };
    const { constraints = [] } = claim.spec.devices ?? {};
    if (!constraints.every((constraint) => allows(constraint, mine, choice))) return undefined;
    const share = isShared ? capacity : undefined;
    if (!isLooking) usage.take(device, share);
    return { ...choice, wanted, share };
  }

  #giveBack({ device, share, wanted }: Taken): void {
    if (wanted.adminAccess !== true) this.#ground.usage.release(device, share);
  }

  /** What of the reachable devices the selectors of class and request let through, in order. */
  #candidates(wanted: Wanted): readonly (readonly [DevicePool, PublishedDevice])[] {
    const known = this.#selectable.get(wanted);
    if (known !== undefined) return known;
    const isAll = wanted.allocationMode === "All";
    const found: (readonly [DevicePool, PublishedDevice])[] = [];
    for (const pool of this.usable) {
      if (pool.isIncomplete || pool.problem !== undefined) {
        if (!isAll) continue;
        const state = pool.isIncomplete ? "being updated" : "invalid";
        throw new Error(
          `request ${wanted.name}: asks for all devices, but resource pool ${pool.key} is currently ${state}`,
        );
      }
      for (const device of pool.devices) {
        if (isReachable(this.#node, reachOf(device)) && this.#isSelected(wanted, device)) found.push([pool, device]);
      }
    }
    this.#selectable.set(wanted, found);
    return found;
  }

  #isSelected(wanted: Wanted, device: PublishedDevice): boolean {
    const { matches } = this.#ground;
    return (
      matches(wanted.class.spec.selectors ?? [], device, `class ${wanted.class.metadata?.name}`) &&
      matches(wanted.selectors ?? [], device, `request ${wanted.name}`)
    );
  }

  #wanted({ metadata }: ResourceClaim, { name, exactly, firstAvailable = [] }: DeviceRequest): readonly Wanted[] {
    const classOf = (className: string): DeviceClass => {
      const found = this.#ground.classOf(className);
      if (found !== undefined) return found;
      const claim = `${metadata?.namespace}/${metadata?.name}`;
      throw new Error(`claim ${claim}, request ${name}: could not retrieve device class ${className}`);
    };
    if (exactly !== undefined) return [{ ...exactly, name, class: classOf(exactly.deviceClassName) }];
    return firstAvailable.map((each) => ({
      ...each,
      name: `${name}/${each.name}`,
      class: classOf(each.deviceClassName),
    }));
  }

  resultOf(claim: ResourceClaim, taken: readonly Taken[]): AllocationResult {
    const nodeSelector = this.#selectorFor(taken);
    const config = configurationOf(claim, taken);
    const results = taken.map((each) => this.#deviceResult(each));
    return {
      devices: { results, ...(config.length === 0 ? {} : { config }) },
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
    };
  }

  #deviceResult({ device, wanted, share }: Taken): DeviceRequestAllocationResult {
    const { bindingConditions, bindingFailureConditions, name } = device.device;
    const tolerations: readonly DeviceToleration[] = wanted.tolerations ?? [];
    return {
      request: wanted.name,
      driver: device.driver,
      pool: device.pool,
      device: name,
      ...(wanted.adminAccess === undefined ? {} : { adminAccess: wanted.adminAccess }),
      ...(tolerations.length === 0 ? {} : { tolerations }),
      ...(bindingConditions === undefined ? {} : { bindingConditions }),
      ...(bindingFailureConditions === undefined ? {} : { bindingFailureConditions }),
      ...(share === undefined ? {} : { shareID: this.#ground.uid(), consumedCapacity: texts(share) }),
    };
  }

  /** Where a claim with these devices can be used: undefined is everywhere. */
  #selectorFor(taken: readonly Taken[]): NodeSelector | undefined {
    const matchFields: NodeSelectorRequirement[] = [];
    const matchExpressions: NodeSelectorRequirement[] = [];
    for (const { device } of taken) {
      const { nodeName, nodeSelector } = reachOf(device);
      if (nodeName || device.device.bindsToNode === true) return onlyOn(this.#node);
      const [term] = nodeSelector?.nodeSelectorTerms ?? [];
      addMissing(matchFields, term?.matchFields);
      addMissing(matchExpressions, term?.matchExpressions);
    }
    if (matchFields.length + matchExpressions.length === 0) return undefined;
    return {
      nodeSelectorTerms: [
        {
          ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
          ...(matchFields.length === 0 ? {} : { matchFields }),
        },
      ],
    };
  }
}

function onlyOn({ metadata }: Node): NodeSelector {
  const matchFields = [{ key: "metadata.name", operator: "In", values: [metadata?.name ?? ""] }];
  return { nodeSelectorTerms: [{ matchFields }] };
}

function addMissing(all: NodeSelectorRequirement[], more: readonly NodeSelectorRequirement[] = []): void {
  for (const each of more) if (!all.some((known) => semanticEqual(known, each))) all.push(each);
}

const texts = (share: ReadonlyMap<string, Quantity>): Readonly<Record<string, string>> =>
  Object.fromEntries([...share].map(([name, amount]) => [name, amount.toString()]));

/** What drivers are told: the configuration of each class once, with its requests, then the claim's own. */
function configurationOf({ spec }: ResourceClaim, taken: readonly Taken[]): readonly DeviceAllocationConfiguration[] {
  const names = new Set(taken.map(({ wanted }) => wanted.name));
  const byClass = Map.groupBy(new Map(taken.map(({ wanted }) => [wanted.name, wanted])).values(), (each) => each.class);
  const ofClasses = [...byClass].flatMap(([deviceClass, wanted]) =>
    (deviceClass.spec.config ?? []).map((each) => ({
      source: "FromClass",
      requests: wanted.map(({ name }) => name),
      ...each,
    })),
  );
  const concerns = (request: string): boolean =>
    names.has(request) || [...names].some((name) => name.startsWith(`${request}/`));
  const ofClaim = (spec.devices?.config ?? [])
    .filter(({ requests = [] }) => requests.length === 0 || requests.some(concerns))
    .map((each) => ({ source: "FromClaim", ...each }));
  return [...ofClasses, ...ofClaim];
}
