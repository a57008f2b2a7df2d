import "reflect-metadata";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createHttpsWebhookCaller } from "@pinnace/admission/node";
import type { ApiHandler } from "@pinnace/apimachinery";
import { serve } from "@pinnace/apiserver/node";
import { readTokenFile } from "@pinnace/authentication/node";
import { createRealClock } from "@pinnace/clock";
import { startCluster } from "@pinnace/cluster";
import { createStreamServer } from "@pinnace/kubelet/node";
import { type Logger, silentLogger } from "@pinnace/logging";
import { type ClusterPki, createClusterPki, parseSigningRequest } from "@pinnace/pki";

/** The issuer and audience that the recorded cluster had. */
const ISSUER = "https://kubernetes.default.svc.cluster.local";
const SERVICE_CIDR = "10.96.0.0/16";

/** What the clusters of one run share: certificates take longer to make than a cluster. */
export interface Ground {
  readonly pki: ClusterPki;
  /** Path of the authority's certificate. */
  readonly ca: string;
  /** The static tokens of the recorded cluster. */
  readonly tokens: Awaited<ReturnType<typeof readTokenFile>>;
  /** The token of a member of `system:masters`. */
  readonly token: string;
  readonly logger: Logger;
}

/** Makes certificates into `folder`; `tokenFile` holds the recorded cluster's static tokens. */
export async function prepareGround(folder: string, tokenFile: string, logger: Logger = silentLogger): Promise<Ground> {
  const tokens = await readTokenFile(tokenFile);
  const pki = await createClusterPki({ clock: createRealClock(), tokenAlgorithm: "RS256" });
  const ca = join(folder, "ca.crt");
  await writeFile(ca, pki.authority.certificate);
  const [token = ""] = [...tokens].find(([, { groups }]) => groups?.includes("system:masters")) ?? [];
  return { pki, ca, tokens, token, logger };
}

/** A cluster on a port, for the runner. */
export interface Pinnace {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a cluster in this process. `wrap` stands between the port and the API server. */
export async function startPinnace(
  { pki, tokens, logger }: Ground,
  nodes: number,
  wrap: (handler: ApiHandler) => ApiHandler = (handler) => handler,
): Promise<Pinnace> {
  const clock = createRealClock();
  const ready = Promise.withResolvers<ApiHandler>();
  const { certificate: cert, key } = pki.apiServer;
  const listener = await serve({
    handler: async (request) => (await ready.promise)(request),
    port: 0,
    tls: { cert, key, ca: pki.authority.certificate },
    logger,
  });
  const cluster = await startCluster({
    clock,
    logger,
    nodes: { count: nodes },
    streams: createStreamServer({ clock, logger }),
    webhooks: createHttpsWebhookCaller(),
    rootCa: pki.authority.certificate,
    certificateSigner: { parse: parseSigningRequest, sign: (request, terms) => pki.authority.sign(request, terms) },
    authentication: {
      serviceAccountKeys: [pki.serviceAccountKey.privateKey],
      staticTokens: tokens,
      issuer: ISSUER,
      apiAudiences: [ISSUER],
    },
    apiServer: {
      serviceCidr: SERVICE_CIDR,
      address: { ip: "127.0.0.1", port: listener.port },
      clientCa: pki.authority.certificate,
    },
  });
  ready.resolve(wrap(cluster.handler));
  return {
    url: listener.url,
    async stop() {
      await listener.close();
      await cluster.stop();
    },
  };
}
