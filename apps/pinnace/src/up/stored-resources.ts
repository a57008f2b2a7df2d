import { builtInResources } from "@pinnace/api";

/** A resource of the store's keys; the core group is "". */
interface StoredResource {
  readonly group: string;
  readonly resource: string;
}

/** All objects are below this prefix. */
export const REGISTRY = "/registry/";

/** Built-in resources by where they are stored; what several groups share counts as the first one's, as upstream. */
const STORED = new Map<string, StoredResource>();
for (const { storageResource, group, resource, stored } of builtInResources())
  if (stored && !STORED.has(storageResource)) STORED.set(storageResource, { group, resource });

/** The resource of a key: `/registry/secrets/default/a`, `/registry/boats.example/pinnaces/default/a` of a custom one. */
export function resourceOf(key: string): StoredResource | undefined {
  if (!key.startsWith(REGISTRY)) return undefined;
  const [first = "", second = ""] = key.slice(REGISTRY.length).split("/", 2);
  return STORED.get(`${first}/${second}`) ?? STORED.get(first) ?? { group: first, resource: second };
}
