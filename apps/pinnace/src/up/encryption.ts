import { readFile } from "node:fs/promises";
import { decodeYaml } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import type { Store } from "@pinnace/store";
import { createEncryptedStore, parseEncryptionConfiguration, resourceTransformers } from "@pinnace/store-encryption";
import { AppError } from "../app-error.ts";
import { REGISTRY, resourceOf } from "./stored-resources.ts";

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
