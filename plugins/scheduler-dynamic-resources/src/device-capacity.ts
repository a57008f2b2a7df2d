import type { CapacityRequestPolicy, DeviceCapacity } from "@pinnace/api";
import { parseQuantity, Quantity } from "@pinnace/apimachinery";
import type { PublishedDevice } from "./device-pools.ts";
import type { DeviceUsage } from "./device-usage.ts";

type Requests = Readonly<Record<string, string>>;

/**
 * What a share of a device takes of each of its capacities (KEP-5075): what was requested, rounded up as the capacity's
 * policy says; undefined when the request cannot be served from this device.
 */
export function shareOf(
  device: PublishedDevice,
  requests: Requests,
  usage: DeviceUsage,
): ReadonlyMap<string, Quantity> | undefined {
  const capacities = device.device.capacity ?? {};
  if (Object.keys(requests).some((name) => !Object.hasOwn(capacities, name))) return undefined;
  const share = new Map<string, Quantity>();
  for (const [name, capacity] of Object.entries(capacities)) {
    const amount = consumption(requests[name], capacity);
    if (violates(amount, capacity.requestPolicy)) return undefined;
    const before = device.device.allowMultipleAllocations === true ? usage.capacityUsed(device, name) : undefined;
    const total = before === undefined ? amount : before.add(amount);
    if (total.compare(parseQuantity(capacity.value)) > 0) return undefined;
    share.set(name, amount);
  }
  return share;
}

function consumption(request: string | undefined, { value, requestPolicy }: DeviceCapacity): Quantity {
  if (request === undefined) return parseQuantity(requestPolicy?.default ?? value);
  const wanted = parseQuantity(request);
  const { validRange, validValues } = requestPolicy ?? {};
  if (validRange !== undefined) {
    const least = parseQuantity(validRange.min);
    if (wanted.compare(least) < 0) return least;
    if (validRange.step === undefined) return wanted;
    const [from, step] = [least.value(), parseQuantity(validRange.step).value()];
    return Quantity.fromNumber(from + step * Math.ceil((wanted.value() - from) / step), "BinarySI");
  }
  return validValues?.map(parseQuantity).find((valid) => wanted.compare(valid) <= 0) ?? wanted;
}

function violates(amount: Quantity, policy: CapacityRequestPolicy | undefined): boolean {
  if (policy?.default !== undefined && amount.equals(parseQuantity(policy.default))) return false;
  if (policy?.validRange !== undefined) {
    const { min, max, step } = policy.validRange;
    if (max !== undefined && amount.compare(parseQuantity(max)) > 0) return true;
    if (step === undefined) return false;
    return (amount.value() - parseQuantity(min).value()) % parseQuantity(step).value() !== 0;
  }
  const values = policy?.validValues ?? [];
  return values.length > 0 && !values.some((valid) => amount.equals(parseQuantity(valid)));
}
