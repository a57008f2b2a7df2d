import { readFile } from "node:fs/promises";
import { builtInResources } from "@pinnace/api";
import { decodeYaml } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import type { Store } from "@pinnace/store";
import {
  createEncryptedStore,
  type GroupResource,
  parseEncryptionConfiguration,
  resourceTransformers,
} from "@pinnace/store-encryption";
import { AppError } from "../app-error.ts";

const REGISTRY = "/registry/";

/**
 * The store with what `--encryption-provider-config` says encrypted. Rejects with `ENCRYPTION_CONFIG` when the file cannot
 * be used, and with the store's `CORRUPT` when something that is stored cannot be decrypted with it.
 */
export async function encrypt(store: Store, file: string): Promise<Store> {
  const transformerOf = await readTransformers(file);
  const encrypted = createEncryptedStore(store, {
    transformerOf: (key) => {
      const resource = resourceOf(key);
      return resource === undefined ? undefined : transformerOf(resource);
    },
  });
  // Now, with one clear line, rather than with the first request.
  const { entries } = await encrypted.list(REGISTRY);
  for (const { value } of entries) value.bytes();
  return encrypted;
}

async function readTransformers(file: string): Promise<ReturnType<typeof resourceTransformers>> {
  try {
    return resourceTransformers(parseEncryptionConfiguration(decodeYaml(await readFile(file, "utf8")).value));
  } catch (cause) {
    throw new AppError(
      "ENCRYPTION_CONFIG",
      `--encryption-provider-config ${file} cannot be used: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Built-in resources by where they are stored; what several groups share counts as the first one's, as upstream. */
const STORED = new Map<string, GroupResource>();
for (const { storageResource, group, resource, stored } of builtInResources())
  if (stored && !STORED.has(storageResource)) STORED.set(storageResource, { group, resource });

/** The resource of a key: `/registry/secrets/default/a`, `/registry/boats.example/pinnaces/default/a` of a custom one. */
export function resourceOf(key: string): GroupResource | undefined {
  if (!key.startsWith(REGISTRY)) return undefined;
  const [first = "", second = ""] = key.slice(REGISTRY.length).split("/", 2);
  return STORED.get(`${first}/${second}`) ?? STORED.get(first) ?? { group: first, resource: second };
}
