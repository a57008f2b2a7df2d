import type { CSIDriver, Node, PersistentVolume, PersistentVolumeClaim, Pod } from "@pinnace/api";
import type { Authorizer } from "@pinnace/rbac";
import type { ObjectReader } from "../../object-reader.ts";

/** What the rules for kubelets look at. */
export interface NodeReaders {
  readonly pods: ObjectReader<Pod>;
  readonly nodes: ObjectReader<Node>;
  readonly claims: ObjectReader<PersistentVolumeClaim>;
  readonly volumes: ObjectReader<PersistentVolume>;
  readonly drivers: ObjectReader<CSIDriver>;
  readonly authorizer: Authorizer;
}
