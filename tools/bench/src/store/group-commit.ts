/** Collects what arrives while `write` is busy, for the bare engines that have no group commit of their own. */
export function groupCommit<Item>(write: (batch: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let batch: Item[] = [];
  let settled = Promise.withResolvers<void>();
  let busy = false;
  const drain = async (): Promise<void> => {
    while (batch.length > 0) {
      const [items, done] = [batch, settled];
      batch = [];
      settled = Promise.withResolvers<void>();
      await write(items);
      done.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    busy = false;
  };
  return (item) => {
    batch.push(item);
    if (!busy) {
      busy = true;
      setImmediate(drain);
    }
    return settled.promise;
  };
}
