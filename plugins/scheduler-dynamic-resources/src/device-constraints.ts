import type { DeviceAttribute, DeviceConstraint } from "@pinnace/api";
import type { PublishedDevice } from "./device-pools.ts";

/** A device that was chosen for a request (`name`, or `name/alternative`). */
export interface Choice {
  readonly request: string;
  readonly device: PublishedDevice;
}

/** Whether a device can join those chosen for the claim so far. A set that breaks a constraint does so for ever. */
export function allows(
  { requests = [], matchAttribute, distinctAttribute }: DeviceConstraint,
  chosen: readonly Choice[],
  next: Choice,
): boolean {
  const concerns = ({ request }: Choice): boolean =>
    requests.length === 0 || requests.includes(request) || requests.includes(request.split("/")[0] ?? "");
  if (!concerns(next)) return true;
  const name = matchAttribute ?? distinctAttribute ?? "";
  const value = attributeOf(next.device, name);
  if (value === undefined) return false;
  const others = chosen.filter(concerns).map(({ device }) => attributeOf(device, name));
  return matchAttribute === undefined
    ? others.every((other) => other !== value)
    : others.every((other) => other === value);
}

/** An attribute by its qualified name; one without a domain is the driver's. As a text that tells types apart. */
function attributeOf({ device, driver }: PublishedDevice, qualified: string): string | undefined {
  const { attributes = {} } = device;
  const own = qualified.startsWith(`${driver}/`) ? qualified.slice(driver.length + 1) : undefined;
  const found = lookUp(attributes, qualified) ?? (own === undefined ? undefined : lookUp(attributes, own));
  return found === undefined ? undefined : JSON.stringify([found.string, found.int, found.bool, found.version]);
}

function lookUp(attributes: Readonly<Record<string, DeviceAttribute>>, name: string): DeviceAttribute | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}
