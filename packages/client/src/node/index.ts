/**
 * The client over HTTPS, for Node.
 *
 * ```ts
 * import { createClient } from "@pinnace/client";
 * import { createKubeconfigTransport } from "@pinnace/client/node";
 * import { connectionOf, loadKubeconfig } from "@pinnace/kubeconfig";
 *
 * const transport = createKubeconfigTransport(await connectionOf(await loadKubeconfig()));
 * const client = createClient(transport, { program: "example" });
 * const { object } = await client.raw({ path: "/version" });
 * await transport.close();
 * ```
 *
 * @packageDocumentation
 */
export { createHttpTransport, type HttpTransportOptions } from "./http-transport.ts";
export { createKubeconfigTransport, httpTransportOptions, type KubeconfigConnection } from "./kubeconfig-transport.ts";
