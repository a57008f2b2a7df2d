import { type Container, JOBS, type Job, type Pod } from "@pinnace/api";
import { controllerReference, podFromTemplate } from "@pinnace/controller-runtime";
import { COMPLETION_INDEX, INDEX_FAILURES, TRACKING_FINALIZER } from "./job-pods.ts";

/** A pod of the Job; `index` for Indexed Jobs, `failures` of that index before it where they are counted. */
export function jobPod(job: Job, index?: number, failures?: number): Pod {
  const name = job.metadata?.name ?? "";
  const pod = podFromTemplate(job.spec?.template ?? {}, controllerReference(job, JOBS));
  const finalizers = [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER];
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } };
  const annotations = {
    ...pod.metadata.annotations,
    [COMPLETION_INDEX]: String(index),
    ...(failures === undefined ? {} : { [INDEX_FAILURES]: String(failures) }),
  };
  const labels = { ...pod.metadata.labels, [COMPLETION_INDEX]: String(index) };
  const { containers = [], initContainers, ...spec } = pod.spec ?? { containers: [] };
  return {
    ...pod,
    metadata: { ...pod.metadata, generateName: `${name}-${index}-`, labels, annotations, finalizers },
    spec: {
      ...spec,
      hostname: `${name}-${index}`,
      containers: containers.map(withIndex),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withIndex) }),
    },
  };
}

/** The index as an environment variable, unless the container has one of that name. */
function withIndex(container: Container): Container {
  const env = container.env ?? [];
  if (env.some(({ name }) => name === "JOB_COMPLETION_INDEX")) return container;
  const fieldRef = { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` };
  return { ...container, env: [...env, { name: "JOB_COMPLETION_INDEX", valueFrom: { fieldRef } }] };
}
