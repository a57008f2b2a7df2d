export { deploymentController } from "./deployment/index.ts";
export { endpointsController } from "./endpoints/index.ts";
export { endpointSliceController } from "./endpointslice/index.ts";
export { garbageCollector } from "./garbagecollector/index.ts";
export { namespaceController } from "./namespace/index.ts";
export { replicaSetController, replicationControllerController } from "./replicaset/index.ts";
export { rootCaPublisher } from "./serviceaccount/root-ca-publisher.ts";
export { serviceAccountController } from "./serviceaccount/service-account-controller.ts";
