import { NODES, type Node } from "@pinnace/api";
import type { InformerFactory } from "@pinnace/client";
import type { Subscription } from "rxjs";

/** What happens to nodes that nobody runs. */
interface AdoptionHooks {
  readonly adopt: (node: Node) => void;
  readonly release: (name: string) => void;
}

/**
 * Watches for Nodes that were created by hand: those that no kubelet has described (`status.nodeInfo`). A real node
 * describes itself when it registers, so it is never mistaken for one.
 */
export function watchOrphanNodes(informers: InformerFactory, { adopt, release }: AdoptionHooks): Subscription {
  return informers.informer(NODES).events.subscribe(({ type, object }) => {
    if (type === "delete") release(object.metadata?.name ?? "");
    else if (type === "add" && !object.status?.nodeInfo?.kubeletVersion) adopt(object);
  });
}
