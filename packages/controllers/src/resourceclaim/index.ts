import type { ControllerFactory } from "@pinnace/controller-runtime";
import { ResourceClaimController } from "./resource-claim-controller.ts";

/** Makes ResourceClaims from templates and keeps their reservations (KEP-4381). */
export const resourceClaimController: ControllerFactory = {
  name: "resourceclaim-controller",
  serviceAccount: "resource-claim-controller",
  eventSource: "resource_claim",
  create: (components) => new ResourceClaimController(components),
};
