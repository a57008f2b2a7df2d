import type { PluginCandidate } from "@pinnace/plugin";
import defaultBinder from "@pinnace/scheduler-default-binder";
import defaultPreemption from "@pinnace/scheduler-default-preemption";
import dynamicResources from "@pinnace/scheduler-dynamic-resources";
import imageLocality from "@pinnace/scheduler-image-locality";
import interPodAffinity from "@pinnace/scheduler-inter-pod-affinity";
import nodeAffinity from "@pinnace/scheduler-node-affinity";
import nodeDeclaredFeatures from "@pinnace/scheduler-node-declared-features";
import nodeName from "@pinnace/scheduler-node-name";
import nodePorts from "@pinnace/scheduler-node-ports";
import balancedAllocation from "@pinnace/scheduler-node-resources-balanced-allocation";
import nodeResourcesFit from "@pinnace/scheduler-node-resources-fit";
import nodeUnschedulable from "@pinnace/scheduler-node-unschedulable";
import nodeVolumeLimits from "@pinnace/scheduler-node-volume-limits";
import podTopologySpread from "@pinnace/scheduler-pod-topology-spread";
import prioritySort from "@pinnace/scheduler-priority-sort";
import schedulingGates from "@pinnace/scheduler-scheduling-gates";
import taintToleration from "@pinnace/scheduler-taint-toleration";
import volumeBinding from "@pinnace/scheduler-volume-binding";
import volumeRestrictions from "@pinnace/scheduler-volume-restrictions";
import volumeZone from "@pinnace/scheduler-volume-zone";

/**
 * The default plugins where no folder can be searched: in tests and in browsers. They pass the same checks as those that
 * are found in folders.
 */
export const defaultSchedulerPlugins: readonly PluginCandidate[] = [
  balancedAllocation,
  defaultBinder,
  defaultPreemption,
  dynamicResources,
  imageLocality,
  interPodAffinity,
  nodeAffinity,
  nodeDeclaredFeatures,
  nodeName,
  nodePorts,
  nodeResourcesFit,
  nodeUnschedulable,
  nodeVolumeLimits,
  podTopologySpread,
  prioritySort,
  schedulingGates,
  taintToleration,
  volumeBinding,
  volumeRestrictions,
  volumeZone,
].map((definition) => ({ source: "built in", definition }));
