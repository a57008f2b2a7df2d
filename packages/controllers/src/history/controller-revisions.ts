import { CONTROLLER_REVISIONS, type ControllerRevision, type PodTemplateSpec } from "@pinnace/api";
import {
  hasReason,
  type KubernetesObject,
  type LabelMatcher,
  type ResourceType,
  semanticEqual,
} from "@pinnace/apimachinery";
import { type ControllerComponents, claim, controllerReference, isControlledBy } from "@pinnace/controller-runtime";
import { templateHash } from "../deployment/template-hash.ts";

/** What tells the revisions of one kind of workload from another's. */
interface HistoryOptions<O extends KubernetesObject> {
  readonly components: ControllerComponents;
  readonly owner: O;
  readonly ownerType: ResourceType<O>;
  readonly selector: LabelMatcher;
  readonly template: PodTemplateSpec;
  /** The label that holds a revision's hash. */
  readonly hashLabel: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly collisionCount?: number;
}

/** The revisions of a workload: the one of its present template, and the others by revision. */
export interface History {
  readonly current: ControllerRevision;
  readonly old: readonly ControllerRevision[];
}

/** The template in a revision's data. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const data = revision.data as { readonly spec?: { readonly template?: PodTemplateSpec & { $patch?: string } } };
  const { $patch: _, ...template } = data.spec?.template ?? {};
  return template;
}

/** The patch by which the template is brought back; what `kubectl rollout undo` sends. */
function revisionData(template: PodTemplateSpec): object {
  return { spec: { template: { ...template, $patch: "replace" } } };
}

/**
 * Finds or makes the revision of the present template. A template that comes back gets its old revision again, with the
 * highest number.
 */
export async function syncHistory<O extends KubernetesObject>(
  options: HistoryOptions<O>,
  candidates: readonly ControllerRevision[],
): Promise<History> {
  const { components, owner, ownerType, selector, template } = options;
  const claimed = await claim({
    client: components.client,
    owner,
    ownerType,
    type: CONTROLLER_REVISIONS,
    objects: candidates,
    selects: ({ metadata }) => selector.matches(metadata?.labels ?? {}),
  });
  const revisions = [...claimed].sort(byRevision);
  const last = revisions.at(-1)?.revision ?? 0;
  const data = revisionData(template);
  const present = revisions.findLast((revision) => semanticEqual(revision.data, data));
  if (present === undefined) {
    const current = await create(options, data, last + 1);
    return { current, old: revisions };
  }
  const old = revisions.filter((revision) => revision !== present);
  if (present.revision === last) return { current: present, old };
  return { current: await renumber(components, present, last + 1), old };
}

/** Deletes the oldest revisions beyond `limit` that `isLive` does not protect. */
export async function trimHistory(
  { client }: ControllerComponents,
  old: readonly ControllerRevision[],
  limit: number,
  isLive: (revision: ControllerRevision) => boolean,
): Promise<void> {
  const dead = old.filter((revision) => !isLive(revision));
  for (const { metadata } of dead.slice(0, Math.max(0, dead.length - limit))) {
    const revisions = client.resource(CONTROLLER_REVISIONS).namespace(metadata?.namespace ?? "");
    await revisions.delete(metadata?.name ?? "").catch((error: unknown) => {
      if (!hasReason(error, "NotFound")) throw error;
    });
  }
}

async function create<O extends KubernetesObject>(
  { components, owner, ownerType, template, hashLabel, annotations, collisionCount }: HistoryOptions<O>,
  data: object,
  revision: number,
): Promise<ControllerRevision> {
  const { name = "", namespace = "" } = owner.metadata ?? {};
  const revisions = components.client.resource(CONTROLLER_REVISIONS).namespace(namespace);
  for (let collisions = collisionCount ?? 0; ; collisions++) {
    const hash = templateHash(data, collisions === 0 ? undefined : collisions);
    const draft: ControllerRevision = {
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels: { ...template.metadata?.labels, [hashLabel]: hash },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [controllerReference(owner, ownerType)],
      },
      data: data as never,
      revision,
    };
    try {
      return await revisions.create(draft);
    } catch (error) {
      if (!hasReason(error, "AlreadyExists")) throw error;
      const present = await revisions.get(draft.metadata?.name ?? "");
      if (isControlledBy(present, owner) && semanticEqual(present.data, data)) return present;
    }
  }
}

async function renumber(
  { client }: ControllerComponents,
  present: ControllerRevision,
  revision: number,
): Promise<ControllerRevision> {
  return client
    .resource(CONTROLLER_REVISIONS)
    .namespace(present.metadata?.namespace ?? "")
    .update({ ...present, revision });
}

function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  if (a.revision !== b.revision) return a.revision - b.revision;
  return (a.metadata?.name ?? "") < (b.metadata?.name ?? "") ? -1 : 1;
}
