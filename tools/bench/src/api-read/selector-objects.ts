import type { Engine } from "../store/engine.ts";

/** Of all objects that carry the label `app`, this share has the value {@link NEEDLE}. */
const SHARE = 3_000;
export const NEEDLE = "needle";
export const NAMESPACE = "bench-selector";

/** How many of so many objects carry the label. */
export function needles(objects: number): number {
  return Math.ceil(objects / SHARE);
}

/** A ConfigMap as it is stored; every three-thousandth carries the label. */
export function configMap(index: number): object {
  const name = `object-${String(index).padStart(7, "0")}`;
  return {
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { app: index % SHARE === 0 ? NEEDLE : `hay-${index % 97}`, tier: "bench" },
    },
    data: { key: "value ".repeat(20) },
  };
}

const WRITERS = 200;

/** Puts so many of them below upstream's prefix into a store, before its API server starts: through the API it takes minutes. */
export async function seedObjects(engine: Engine, objects: number): Promise<void> {
  const encoder = new TextEncoder();
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < objects) {
      const object = configMap(next++) as { readonly metadata: { readonly name: string } };
      const key = `/registry/configmaps/${NAMESPACE}/${object.metadata.name}`;
      await engine.put(key, encoder.encode(JSON.stringify(object)));
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}
