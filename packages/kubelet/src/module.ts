import { INFORMERS, type InformerFactory } from "@pinnace/client";
import { ContainerModule } from "inversify";
import { KUBELET, type KubeletComponents, type KubeletOptions } from "./contract.ts";
import { createKubelet } from "./kubelet.ts";
import { informerPodSource, informerServices } from "./pod-source.ts";

/**
 * Binds `KUBELET` for one node. Pods and services come from the bound `INFORMERS`; everything else is given, because a
 * process may hold kubelets of several nodes.
 */
export function kubeletModule(
  components: Omit<KubeletComponents, "pods" | "services">,
  options: KubeletOptions,
): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(KUBELET)
      .toResolvedValue(
        (informers: InformerFactory) => {
          const pods = informerPodSource(informers, options.node.name);
          return createKubelet({ ...components, pods, services: informerServices(informers) }, options);
        },
        [INFORMERS],
      )
      .inSingletonScope();
  });
}
