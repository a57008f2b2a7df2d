import type { ApiHandler, KubernetesObject } from "@pinnace/apimachinery";
import type { NodeConnector } from "@pinnace/apiserver";
import { CodedError } from "@pinnace/errors";

/** Finds the kubelets of this process by their node's name. */
export class NodeDirectory implements NodeConnector {
  readonly #find: ((name: string) => ApiHandler | undefined)[] = [];

  /** Adds a place to look: simulated nodes, the kubelet of this machine. The first that knows the name answers. */
  add(find: (name: string) => ApiHandler | undefined): void {
    this.#find.push(find);
  }

  async connect(node: KubernetesObject): Promise<ApiHandler> {
    const name = node.metadata?.name ?? "";
    for (const find of this.#find) {
      const handler = find(name);
      if (handler !== undefined) return handler;
    }
    throw new CodedError("NODE_UNREACHABLE", `the kubelet of node ${name} does not answer`);
  }
}
