import { PODS, type Pod } from "@pinnace/api";
import { formatTime, hasReason, type KubernetesObject, type ResourceType } from "@pinnace/apimachinery";
import type { Client, InformerFactory, Lister } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import type { ClusterReader, ClusterWriter } from "@pinnace/scheduler-framework";
import type { SchedulingEvents } from "./scheduling-events.ts";

/** Reads from the shared informers; a kind is watched from its first use on. */
export function createClusterReader(informers: InformerFactory): ClusterReader {
  // Plugins read for every node: finding the informer by the names of its type would cost more than the reading.
  const listers = new WeakMap<object, Lister<never>>();
  const listerOf = <T extends KubernetesObject>(type: ResourceType<T>): Lister<T> => {
    const known = listers.get(type) as Lister<T> | undefined;
    if (known !== undefined) return known;
    const { lister } = informers.informer(type);
    listers.set(type, lister as Lister<never>);
    return lister;
  };
  return {
    get: (type, key) => listerOf(type).get(key),
    list: (type, namespace) => {
      const lister = listerOf(type);
      return namespace === undefined ? lister.list() : lister.inNamespace(namespace);
    },
    version: (type) => listerOf(type).version,
  };
}

/** Writes through the API server, as the scheduler. */
export function createClusterWriter(client: Client, clock: Clock, events: SchedulingEvents): ClusterWriter {
  const podsOf = (pod: Pod) => client.resource(PODS).namespace(pod.metadata?.namespace ?? "");
  const scopeOf = <T extends KubernetesObject>(type: ResourceType<T>, { metadata }: T) => {
    const resource = client.resource(type);
    return metadata?.namespace === undefined ? resource : resource.namespace(metadata.namespace);
  };
  return {
    async bind(pod, nodeName) {
      const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
      const body = {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name, namespace, uid },
        target: { kind: "Node", name: nodeName },
      };
      await podsOf(pod).subresource(name, "binding", { method: "POST", body });
    },
    async preempt(victim, preemptor, nodeName) {
      const name = victim.metadata?.name ?? "";
      const body = { status: { conditions: [disruptionTarget(victim, preemptor, clock)] } };
      try {
        await podsOf(victim).patch(name, { type: "strategic", body }, { subresource: "status" });
        await podsOf(victim).delete(name);
      } catch (error) {
        if (!hasReason(error, "NotFound")) throw error;
        return;
      }
      const note = `Preempted by pod ${preemptor.metadata?.uid} on node ${nodeName}`;
      events.event(victim, {
        type: "Normal",
        reason: "Preempted",
        action: "Preempting",
        note,
        related: preemptor,
      });
    },
    async create(type, object) {
      return scopeOf(type, object).create(object);
    },
    async delete(type, object) {
      try {
        await scopeOf(type, object).delete(object.metadata?.name ?? "");
      } catch (error) {
        if (!hasReason(error, "NotFound")) throw error;
      }
    },
    async patch(type, object, body, subresource) {
      const options = subresource === undefined ? {} : { subresource };
      return scopeOf(type, object).patch(object.metadata?.name ?? "", { type: "merge", body }, options);
    },
  };
}

function disruptionTarget({ metadata }: Pod, { spec }: Pod, clock: Clock): object {
  return {
    type: "DisruptionTarget",
    status: "True",
    reason: "PreemptionByScheduler",
    message: `${spec?.schedulerName ?? "default-scheduler"}: preempting to accommodate a higher priority pod`,
    lastTransitionTime: formatTime(clock.now()),
    ...(metadata?.generation === undefined ? {} : { observedGeneration: metadata.generation }),
  };
}
