import { INFORMERS, type InformerFactory } from "@pinnace/client";
import { ContainerModule } from "inversify";
import { createClusterAuthorization } from "./cluster-authorization.ts";
import { AUTHORIZER } from "./contract.ts";
import { ESCALATION_CHECK } from "./escalation.ts";

type ClusterAuthorization = ReturnType<typeof createClusterAuthorization>;

const AUTHORIZATION: unique symbol = Symbol.for("pinnace.rbac.cluster") as never;

/**
 * Binds `AUTHORIZER` and `ESCALATION_CHECK`. Needs `INFORMERS`, which are resolved at the first decision that depends on
 * roles, because the API server that they read from is made with this authorizer.
 */
export const rbacModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(AUTHORIZATION)
    .toDynamicValue((context) => createClusterAuthorization(() => context.get<InformerFactory>(INFORMERS)))
    .inSingletonScope();
  bind(AUTHORIZER).toResolvedValue((all: ClusterAuthorization) => all.authorizer, [AUTHORIZATION]);
  bind(ESCALATION_CHECK).toResolvedValue((all: ClusterAuthorization) => all.escalationCheck, [AUTHORIZATION]);
});
