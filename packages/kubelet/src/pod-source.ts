import { PODS, type Pod, SERVICES } from "@pinnace/api";
import type { InformerFactory } from "@pinnace/client";
import type { PodSource, ServiceSource } from "./contract.ts";

/** The pods of one node through an informer of its own (`spec.nodeName=<name>`), as a real kubelet watches them. */
export function informerPodSource(informers: InformerFactory, nodeName: string): PodSource {
  const informer = informers.informer<Pod>(PODS, { fieldSelector: `spec.nodeName=${nodeName}` });
  return {
    events: informer.events,
    get: (key) => informer.lister.get(key),
    list: () => informer.lister.list(),
    whenSynced: (signal) => informer.whenSynced(signal),
  };
}

/** All services through the shared informer. */
export function informerServices(informers: InformerFactory): ServiceSource {
  const informer = informers.informer(SERVICES);
  return { inNamespace: (namespace) => informer.lister.inNamespace(namespace) };
}
