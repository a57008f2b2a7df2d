import type { Namespace, NamespaceCondition } from "@pinnace/api";
import { formatTime } from "@pinnace/apimachinery";
import { findCondition } from "@pinnace/controller-runtime";

/** What is left of a namespace's content after an attempt to delete it. */
export interface RemainingContent {
  /** Failures to find out what there is. */
  readonly discoveryFailures: readonly string[];
  readonly deletionFailures: readonly string[];
  /** Instances by `resource.group`. */
  readonly instances: ReadonlyMap<string, number>;
  /** Instances by finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
}

interface Verdict {
  readonly type: string;
  readonly failed: boolean;
  readonly reason: string;
  readonly message: string;
}

/** The conditions that explain a namespace's deletion: one of each type, in upstream's order, `True` for a problem. */
export function namespaceConditions(
  namespace: Namespace,
  content: RemainingContent,
  now: number,
): readonly NamespaceCondition[] {
  const present = namespace.status?.conditions ?? [];
  const next = verdicts(content).map(({ type, failed, reason, message }) => {
    const status = failed ? "True" : "False";
    const before = findCondition(present, type);
    if (before?.status === status && before.reason === reason && before.message === message) return before;
    return { type, status, lastTransitionTime: formatTime(now), reason, message };
  });
  const others = present.filter((condition) => !next.some(({ type }) => type === condition.type));
  return [...others, ...next];
}

function verdicts(content: RemainingContent): readonly Verdict[] {
  return [
    verdict(
      "NamespaceDeletionDiscoveryFailure",
      ["ResourcesDiscovered", "All resources successfully discovered"],
      ["DiscoveryFailed", failures("Discovery failed for some groups, %d failing: ", content.discoveryFailures)],
      content.discoveryFailures.length > 0,
    ),
    verdict(
      "NamespaceDeletionGroupVersionParsingFailure",
      ["ParsedGroupVersions", "All legacy kube types successfully parsed"],
      ["GroupVersionParsingFailed", ""],
      false,
    ),
    verdict(
      "NamespaceDeletionContentFailure",
      ["ContentDeleted", "All content successfully deleted, may be waiting on finalization"],
      [
        "ContentDeletionFailed",
        failures("Failed to delete all resource types, %d remaining: ", content.deletionFailures),
      ],
      content.deletionFailures.length > 0,
    ),
    verdict(
      "NamespaceContentRemaining",
      ["ContentRemoved", "All content successfully removed"],
      [
        "SomeResourcesRemain",
        `Some resources are remaining: ${counts(content.instances, (name, count) => `${name} has ${count} resource instances`)}`,
      ],
      content.instances.size > 0,
    ),
    verdict(
      "NamespaceFinalizersRemaining",
      ["ContentHasNoFinalizers", "All content-preserving finalizers finished"],
      [
        "SomeFinalizersRemain",
        `Some content in the namespace has finalizers remaining: ${counts(content.finalizers, (name, count) => `${name} in ${count} resource instances`)}`,
      ],
      content.finalizers.size > 0,
    ),
  ];
}

function verdict(
  type: string,
  good: readonly [string, string],
  bad: readonly [string, string],
  failed: boolean,
): Verdict {
  const [reason, message] = failed ? bad : good;
  return { type, failed, reason, message };
}

function failures(text: string, messages: readonly string[]): string {
  return text.replace("%d", String(messages.length)) + messages.join(", ");
}

function counts(of: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string {
  return [...of]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => text(name, count))
    .join(", ");
}
