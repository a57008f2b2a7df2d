import type { Conversion } from "@pinnace/apimachinery";
import { autoscalingV1Conversion } from "./conversion-autoscaling.ts";
import { eventsConversion } from "./conversion-events.ts";
import {
  resourceClaimConversion,
  resourceClaimTemplateConversion,
  resourceSliceConversion,
} from "./conversion-resource.ts";

/** Kinds whose stored form differs in more than `apiVersion`, by `group/version/Kind`. */
export const conversions: Readonly<Record<string, Conversion>> = {
  "autoscaling/v1/HorizontalPodAutoscaler": autoscalingV1Conversion,
  "events.k8s.io/v1/Event": eventsConversion,
  "resource.k8s.io/v1beta1/ResourceClaim": resourceClaimConversion,
  "resource.k8s.io/v1beta1/ResourceClaimTemplate": resourceClaimTemplateConversion,
  "resource.k8s.io/v1beta1/ResourceSlice": resourceSliceConversion,
};
