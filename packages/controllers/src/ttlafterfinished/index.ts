import { JOBS, type Job } from "@pinnace/api";
import { hasReason, objectKey, timeOf } from "@pinnace/apimachinery";
import { type ControllerFactory, findCondition, watchOf } from "@pinnace/controller-runtime";
import { isJobFinished } from "../job/job-conditions.ts";

/** Deletes finished Jobs when their `ttlSecondsAfterFinished` has passed, and their pods with them (KEP-592). */
export const ttlAfterFinishedController: ControllerFactory = {
  name: "ttl-after-finished-controller",
  create: ({ client, informers, clock }) => {
    const jobs = informers.informer(JOBS);
    return {
      concurrency: 5,
      watches: [watchOf(jobs, ({ type, object }) => (type !== "delete" && hasTtl(object) ? [objectKey(object)] : []))],
      reconcile: async (key) => {
        const cached = jobs.lister.get(key);
        if (cached === undefined || !hasTtl(cached)) return undefined;
        const left = expiry(cached) - clock.now();
        if (left > 0) return { requeueAfter: left };
        const { name = "", namespace = "" } = cached.metadata ?? {};
        const resource = client.resource(JOBS).namespace(namespace);
        try {
          // Somebody may have raised the limit a moment ago: the server's word counts.
          const job = await resource.get(name);
          if (!hasTtl(job) || expiry(job) > clock.now()) return undefined;
          const preconditions = { uid: job.metadata?.uid ?? "" };
          await resource.delete(name, { propagationPolicy: "Foreground", preconditions });
        } catch (error) {
          if (!hasReason(error, "NotFound")) throw error;
        }
        return undefined;
      },
    };
  },
};

function hasTtl(job: Job): boolean {
  const { metadata, spec } = job;
  return metadata?.deletionTimestamp === undefined && spec?.ttlSecondsAfterFinished !== undefined && isJobFinished(job);
}

function expiry({ status, spec }: Job): number {
  const end = findCondition(status?.conditions, "Complete") ?? findCondition(status?.conditions, "Failed");
  return (timeOf(end?.lastTransitionTime) ?? 0) + (spec?.ttlSecondsAfterFinished ?? 0) * 1000;
}
