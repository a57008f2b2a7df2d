import { createApiMetricsClient, type MetricsClient } from "@pinnace/autoscaling";
import type { ControllerFactory } from "@pinnace/controller-runtime";
import { HorizontalPodAutoscalerController } from "./horizontal-pod-autoscaler-controller.ts";

/** The autoscaler with metrics from elsewhere than the metrics APIs of the cluster. */
export function horizontalPodAutoscalerControllerWith(metrics: MetricsClient): ControllerFactory {
  return { ...horizontalPodAutoscalerController, create: (all) => new HorizontalPodAutoscalerController(all, metrics) };
}

/** Sets the size of targets by what their pods use. */
export const horizontalPodAutoscalerController: ControllerFactory = {
  name: "horizontal-pod-autoscaler-controller",
  serviceAccount: "horizontal-pod-autoscaler",
  eventSource: "horizontal-pod-autoscaler",
  create: (components) => new HorizontalPodAutoscalerController(components, createApiMetricsClient(components.client)),
};
