import { DEVICE_CLASSES, type DeviceClass } from "@pinnace/api";
import type { ClusterReader } from "../contract/components.ts";

/** Every class backs the extended resource of this prefix and its name. */
const IMPLICIT = "deviceclass.resource.kubernetes.io/";

/**
 * The class whose devices back an extended resource where nodes do not have it themselves (KEP-5004): the one that its
 * name names, else of those with such an `extendedResourceName` the newest, of equally old ones the first by name.
 */
export function deviceClassOfResource(reader: ClusterReader, resource: string): DeviceClass | undefined {
  if (!resource.includes("/")) return undefined;
  if (resource.startsWith(IMPLICIT)) return reader.get(DEVICE_CLASSES, resource.slice(IMPLICIT.length));
  const created = ({ metadata }: DeviceClass): string => metadata?.creationTimestamp ?? "";
  return reader
    .list(DEVICE_CLASSES)
    .filter(({ spec }) => spec.extendedResourceName === resource)
    .sort((a, b) => {
      if (created(a) !== created(b)) return created(a) > created(b) ? -1 : 1;
      return (a.metadata?.name ?? "") < (b.metadata?.name ?? "") ? -1 : 1;
    })[0];
}
