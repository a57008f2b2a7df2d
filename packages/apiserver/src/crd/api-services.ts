import type { Draft } from "@pinnace/apimachinery";
import { AUTO_MANAGED_LABEL, customApiService } from "../discovery/api-services.ts";
import type { RestContext } from "../rest/rest-context.ts";
import { systemObject } from "../rest/system-object.ts";
import { storageKey } from "../storage/keys.ts";
import { storedValue } from "../storage/object-value.ts";

/** Makes the APIServices of a custom group follow the versions that are served. */
export async function syncApiServices(rest: RestContext, group: string): Promise<void> {
  const definition = rest.registry.findAnyVersion("apiregistration.k8s.io", "apiservices");
  if (definition === undefined) return;
  await rest.caches.current();
  const cache = rest.caches.cache(definition.storageResource);
  const served = rest.registry.versionsOf(group);
  for (const version of served) {
    const name = `${version}.${group}`;
    if (cache.get(name) !== undefined) continue;
    const key = storageKey(definition, "", name);
    const { draft } = await systemObject(rest, customApiService(group, version), definition);
    await rest.store.commit({
      when: [{ key, modRevision: 0 }],
      then: [{ type: "put", key, value: storedValue(draft) }],
    });
  }
  for (const { key: name, object, revision } of cache.list()) {
    const { spec }: Draft = object;
    const managed = object.metadata?.labels?.[AUTO_MANAGED_LABEL] === "true";
    if (!managed || spec.group !== group || served.includes(spec.version)) continue;
    const key = storageKey(definition, "", name);
    await rest.store.commit({ when: [{ key, modRevision: revision }], then: [{ type: "delete", key }] });
  }
}
