import type { ApiHandler, KubernetesObject } from "@pinnace/apimachinery";

/** The DI token of the {@link NodeConnector}. */
export const NODE_CONNECTOR: unique symbol = Symbol.for("pinnace.apiserver.node-connector") as never;

/**
 * Reaches the kubelet of a node for logs, exec, attach, port-forward and the node proxy. A kubelet is an
 * {@link ApiHandler} like an API server: kubelets of the same process are called directly, others over HTTPS.
 */
export interface NodeConnector {
  /**
   * The kubelet's handler; its paths are the kubelet's own: `/containerLogs/{ns}/{pod}/{container}`,
   * `/exec/{ns}/{pod}/{container}?command=...`, `/attach/...`, `/portForward/{ns}/{pod}`, `/stats/summary`, `/healthz`.
   * Rejects with `CodedError` `NODE_UNREACHABLE`.
   */
  connect(node: KubernetesObject): Promise<ApiHandler>;
}
