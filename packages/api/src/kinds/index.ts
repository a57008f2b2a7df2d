import type { KindBehaviour } from "../kind-behaviour.ts";
import { controllerRevision } from "./apps/controller-revision.ts";
import { daemonSet } from "./apps/daemon-set.ts";
import { deployment } from "./apps/deployment.ts";
import { replicaSet } from "./apps/replica-set.ts";
import { statefulSet } from "./apps/stateful-set.ts";
import { horizontalPodAutoscaler, horizontalPodAutoscalerV1 } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { cronJob } from "./batch/cron-job.ts";
import { job } from "./batch/job.ts";
import { lease } from "./coordination/lease.ts";
import { configMap } from "./core/config-map.ts";
import { endpoints } from "./core/endpoints.ts";
import { event } from "./core/event.ts";
import { limitRange } from "./core/limit-range.ts";
import { namespace } from "./core/namespace.ts";
import { node } from "./core/node.ts";
import { pod } from "./core/pod/index.ts";
import { podTemplate } from "./core/pod-template.ts";
import { replicationController } from "./core/replication-controller.ts";
import { resourceQuota } from "./core/resource-quota.ts";
import { secret } from "./core/secret.ts";
import { service } from "./core/service.ts";
import { serviceAccount } from "./core/service-account.ts";
import { endpointSlice } from "./discovery/endpoint-slice.ts";
import { eventsEvent } from "./events/event.ts";
import { podDisruptionBudget } from "./policy/pod-disruption-budget.ts";

/** The behaviour of built-in kinds, by `group/version/Kind` (`apps/v1/Deployment`, `v1/Pod`). */
export const kinds: Readonly<Record<string, KindBehaviour>> = {
  "v1/ConfigMap": configMap,
  "v1/Endpoints": endpoints,
  "v1/Event": event,
  "v1/LimitRange": limitRange,
  "v1/Namespace": namespace,
  "v1/Node": node,
  "v1/Pod": pod,
  "v1/PodTemplate": podTemplate,
  "v1/ReplicationController": replicationController,
  "v1/ResourceQuota": resourceQuota,
  "v1/Secret": secret,
  "v1/Service": service,
  "v1/ServiceAccount": serviceAccount,
  "apps/v1/ControllerRevision": controllerRevision,
  "apps/v1/DaemonSet": daemonSet,
  "apps/v1/Deployment": deployment,
  "apps/v1/ReplicaSet": replicaSet,
  "apps/v1/StatefulSet": statefulSet,
  "autoscaling/v1/HorizontalPodAutoscaler": horizontalPodAutoscalerV1,
  "autoscaling/v2/HorizontalPodAutoscaler": horizontalPodAutoscaler,
  "batch/v1/CronJob": cronJob,
  "batch/v1/Job": job,
  "coordination.k8s.io/v1/Lease": lease,
  "discovery.k8s.io/v1/EndpointSlice": endpointSlice,
  "events.k8s.io/v1/Event": eventsEvent,
  "policy/v1/PodDisruptionBudget": podDisruptionBudget,
};
