import type { ControllerFactory } from "@pinnace/controller-runtime";
import { EndpointSliceController } from "./endpoint-slice-controller.ts";

/** Keeps the EndpointSlices of services with a selector. */
export const endpointSliceController: ControllerFactory = {
  name: "endpointslice-controller",
  eventSource: "endpoint-slice-controller",
  create: (components) => new EndpointSliceController(components),
};
