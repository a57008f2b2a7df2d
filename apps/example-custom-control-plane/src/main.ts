import { PODS, SERVICE_ACCOUNTS } from "@pinnace/api";
import { type Resolver, startComposed } from "@pinnace/cluster";
import { composeCluster } from "@pinnace/cluster/module";
import { nodeLifecycleController, serviceAccountController } from "@pinnace/controllers";
import { AUTHORIZER, type Authorizer, createAlwaysAllowAuthorizer } from "@pinnace/rbac";
import { firstValueFrom } from "rxjs";
import { filter, take, toArray } from "rxjs/operators";
import { FLEETS, fleetController, fleetDefinition } from "./fleet.ts";

const container = composeCluster({
  nodes: 1,
  controllers: [nodeLifecycleController, serviceAccountController, fleetController],
  apiServer: { bootstrapObjects: [fleetDefinition] },
});
(await container.rebind<Authorizer>(AUTHORIZER)).toConstantValue(createAlwaysAllowAuthorizer());
const cluster = await startComposed(container as unknown as Resolver);

const { client, informers, controllers } = cluster;
await firstValueFrom(informers.informer(SERVICE_ACCOUNTS, { namespace: "default" }).events);
await client
  .resource(FLEETS)
  .namespace("default")
  .create({ metadata: { name: "harbour" }, spec: { boats: ["pinnace", "gig"] } });

const running = informers.informer(PODS).events.pipe(
  filter(({ type, object }) => type === "update" && object.status?.phase === "Running"),
  take(2),
  toArray(),
);
const names = (await firstValueFrom(running)).map(({ object }) => object.metadata?.name);
console.log(`${names.sort().join(" and ")} run; the controllers are ${controllers.names.join(", ")}`);
await cluster.stop();
