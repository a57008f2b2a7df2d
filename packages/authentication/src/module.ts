import { CLIENT_FACTORY, type ClientFactory } from "@pinnace/client";
import { CLOCK, type Clock } from "@pinnace/clock";
import { ContainerModule } from "inversify";
import {
  AUTHENTICATION_OPTIONS,
  type AuthenticationOptions,
  type ClusterAuthentication,
  createClusterAuthentication,
} from "./cluster-authentication.ts";
import { AUTHENTICATOR, TOKEN_ISSUER, TOKEN_REVIEWER } from "./contract.ts";
import { createClientLookup } from "./object-lookup.ts";

const AUTHENTICATION: unique symbol = Symbol.for("pinnace.authentication.cluster") as never;

/**
 * Binds `AUTHENTICATOR`, `TOKEN_REVIEWER` and `TOKEN_ISSUER`. Needs `CLOCK` and `CLIENT_FACTORY`; takes
 * `AUTHENTICATION_OPTIONS` when they are bound. The client is resolved at the first token, because the API server that
 * it talks to is made with this authenticator.
 */
export const authenticationModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(AUTHENTICATION)
    .toDynamicValue((context) => {
      const client = () =>
        context.get<ClientFactory>(CLIENT_FACTORY).client({ program: "kube-apiserver", user: API_SERVER_USER });
      return createClusterAuthentication(
        { clock: context.get<Clock>(CLOCK), lookup: createClientLookup(client) },
        context.get<AuthenticationOptions>(AUTHENTICATION_OPTIONS, { optional: true }),
      );
    })
    .inSingletonScope();
  bind(AUTHENTICATOR).toResolvedValue((all: ClusterAuthentication) => all.authenticator, [AUTHENTICATION]);
  bind(TOKEN_REVIEWER).toResolvedValue((all: ClusterAuthentication) => all.tokenReviewer, [AUTHENTICATION]);
  bind(TOKEN_ISSUER).toResolvedValue((all: ClusterAuthentication) => all.tokenIssuer, [AUTHENTICATION]);
});

/** As whom an API server reads from itself. */
const API_SERVER_USER = { name: "system:apiserver", groups: ["system:masters"] } as const;
