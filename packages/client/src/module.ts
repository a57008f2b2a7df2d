import type { ApiHandler } from "@pinnace/apimachinery";
import { CLOCK, type Clock } from "@pinnace/clock";
import { LOGGER, type Logger } from "@pinnace/logging";
import { ContainerModule } from "inversify";
import { CLIENT, CLIENT_FACTORY, type Client, type ClientFactory, type ClientIdentity } from "./client.ts";
import { createClientFactory } from "./create-client.ts";
import { createInformerFactory } from "./informer/informer-factory.ts";
import { INFORMERS } from "./informer-contract.ts";
import { createLocalTransport } from "./local-transport.ts";
import { TRANSPORT, type Transport } from "./transport.ts";

/** Binds `TRANSPORT` to the API server of the same process, whose handler is bound to `handlerToken`. */
export function localTransportModule(handlerToken: symbol): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(TRANSPORT)
      .toResolvedValue((handler: ApiHandler) => createLocalTransport(handler), [handlerToken])
      .inSingletonScope();
  });
}

/** Binds `CLIENT_FACTORY`, and `CLIENT` and `INFORMERS` as `identity`, over the bound `TRANSPORT`. */
export function clientModule(identity: ClientIdentity, random: () => number): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(CLIENT_FACTORY)
      .toResolvedValue((transport: Transport) => createClientFactory(transport), [TRANSPORT])
      .inSingletonScope();
    bind(CLIENT)
      .toResolvedValue((factory: ClientFactory) => factory.client(identity), [CLIENT_FACTORY])
      .inSingletonScope();
    bind(INFORMERS)
      .toResolvedValue(
        (client: Client, clock: Clock, logger: Logger) => createInformerFactory({ client, clock, logger, random }),
        [CLIENT, CLOCK, LOGGER],
      )
      .inSingletonScope();
  });
}
