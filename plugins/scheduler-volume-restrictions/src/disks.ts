import type { Volume } from "@pinnace/api";

const overlaps = (a: readonly string[], b: readonly string[]): boolean => a.some((each) => b.includes(each));

/** Whether two volumes are the same disk in a way that one node cannot have twice. Only read-only uses go together. */
export function conflicts(a: Volume, b: Volume): boolean {
  if (a.gcePersistentDisk !== undefined && b.gcePersistentDisk !== undefined) {
    const [x, y] = [a.gcePersistentDisk, b.gcePersistentDisk];
    return x.pdName === y.pdName && !(x.readOnly && y.readOnly);
  }
  if (a.awsElasticBlockStore !== undefined && b.awsElasticBlockStore !== undefined) {
    return a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID;
  }
  if (a.iscsi !== undefined && b.iscsi !== undefined) {
    return a.iscsi.iqn === b.iscsi.iqn && !(a.iscsi.readOnly && b.iscsi.readOnly);
  }
  if (a.rbd !== undefined && b.rbd !== undefined) {
    const isSame = a.rbd.image === b.rbd.image && (a.rbd.pool ?? "rbd") === (b.rbd.pool ?? "rbd");
    return isSame && overlaps(a.rbd.monitors, b.rbd.monitors) && !(a.rbd.readOnly && b.rbd.readOnly);
  }
  return false;
}

export function isExclusive({ gcePersistentDisk, awsElasticBlockStore, iscsi, rbd }: Volume): boolean {
  return [gcePersistentDisk, awsElasticBlockStore, iscsi, rbd].some((source) => source !== undefined);
}
