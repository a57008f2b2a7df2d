export { replicaSetController, replicationControllerController } from "./replicaset/index.ts";
