import { type Store, TextValue } from "@pinnace/store";

/** Where an API server is reached. */
export interface ServerAddress {
  readonly ip: string;
  readonly port: number;
}

/** One key for each server that shares the store, as upstream's lease endpoint reconciler has it. */
const PREFIX = "/masterleases/";
/** Milliseconds after which a server that no longer announces itself is left out. */
const LIFETIME = 15_000;

/** Says that this server is there, and returns all that are, in a fixed order. */
export async function announce(store: Store, address: ServerAddress): Promise<readonly ServerAddress[]> {
  const value = new TextValue(JSON.stringify(address));
  await store.commit({ when: [], then: [{ type: "put", key: keyOf(address), value, ttl: LIFETIME }] });
  const { entries } = await store.list(PREFIX);
  return entries.map((entry) => JSON.parse(new TextDecoder().decode(entry.value.bytes())) as ServerAddress);
}

/** Takes back what {@link announce} said. */
export async function withdraw(store: Store, address: ServerAddress): Promise<void> {
  await store.commit({ when: [], then: [{ type: "delete", key: keyOf(address) }] });
}

function keyOf({ ip, port }: ServerAddress): string {
  return `${PREFIX}${ip}:${port}`;
}
