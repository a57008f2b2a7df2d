import type { CycleState } from "./cycle-state.ts";
import type { ClusterEventWithHint } from "./events.ts";
import type { NodeInfo, PodInfo, Snapshot } from "./node-info.ts";
import type { Status } from "./status.ts";

/** The least and the greatest score that a plugin may give a node after NormalizeScore. */
export const MIN_SCORE = 0;
export const MAX_SCORE = 100;

/** What every point of one attempt is given. */
export interface Cycle {
  readonly state: CycleState;
  readonly pod: PodInfo;
  readonly snapshot: Snapshot;
  /** Aborts when the scheduler stops or the attempt is given up. */
  readonly signal: AbortSignal;
}

/** A pod in the queue, as QueueSort sees it. */
export interface QueuedPod {
  readonly pod: PodInfo;
  /** When it was added, or came back from its last attempt, milliseconds since the epoch. */
  readonly timestamp: number;
  /** Attempts so far. */
  readonly attempts: number;
}

/** Called before a pod enters the active queue, for each pod and each try. Anything but `Success` keeps it out. Must be quick. */
export interface PreEnqueuePlugin {
  preEnqueue(pod: PodInfo): Status;
}

/** Orders the active queue; exactly one is active per scheduler. Negative when `a` comes first. Pure and quick. */
export interface QueueSortPlugin {
  compare(a: QueuedPod, b: QueuedPod): number;
}

/** PreFilter's answer: a status, and optionally the only nodes that need to be looked at. */
export interface PreFilterResult {
  readonly status: Status;
  readonly nodeNames?: ReadonlySet<string>;
}

/** Called once at the start of an attempt. `Skip` leaves out the plugin's Filter. */
export interface PreFilterPlugin {
  preFilter(cycle: Cycle): PreFilterResult;
}

/**
 * Lets the runtime ask "what if this pod were (not) on this node" without running PreFilter again. Offered together with
 * PreFilter by plugins whose state depends on the pods of nodes. `node` is the changed copy.
 */
export interface PreFilterExtensions {
  addPod(cycle: Cycle, added: PodInfo, node: NodeInfo): Status;
  removePod(cycle: Cycle, removed: PodInfo, node: NodeInfo): Status;
}

/** Called for each node until enough are found. Pure: the same cycle and node give the same status. */
export interface FilterPlugin {
  filter(cycle: Cycle, node: NodeInfo): Status;
}

/**
 * Many nodes in one call. The runtime uses it instead of {@link FilterPlugin}, whose results it must equal, where it has many
 * nodes to ask about; single nodes, as in a what-if, go to `filter`, which is always there. Answers one status per node, in
 * order.
 */
export interface FilterTablePlugin {
  filterTable(cycle: Cycle, nodes: readonly NodeInfo[]): readonly Status[];
}

/**
 * Filter by a node's position in the snapshot, for plugins that keep numbers of nodes in columns ({@link NodeColumn}). Called
 * once in an attempt, after PreFilter; the function that it gives must equal {@link FilterPlugin} for every row, and is good
 * until the plugin waits for something. The runtime uses it where it has a node of the cycle's own snapshot to ask about;
 * changed nodes, as in a what-if, go to `filter`, which is always there.
 */
export interface FilterRowsPlugin {
  filterRows(cycle: Cycle): (row: number) => Status;
}

/** Called when no node fits. The first plugin that does not answer `Unschedulable` ends the round; `nominatedNode` is where the pod will fit. */
export interface PostFilterPlugin {
  postFilter(
    cycle: Cycle,
    rejections: ReadonlyMap<string, Status>,
  ): Promise<{ readonly status: Status; readonly nominatedNode?: string }>;
}

/**
 * Called once before scoring with the nodes that fit, and where they are in the snapshot when the runtime knows that. `Skip`
 * leaves out the plugin's Score.
 */
export interface PreScorePlugin {
  preScore(cycle: Cycle, nodes: readonly NodeInfo[], rows?: readonly number[]): Status;
}

/** Called for each node that fits. Any integer when there is a NormalizeScore, else {@link MIN_SCORE} to {@link MAX_SCORE}. */
export interface ScorePlugin {
  score(cycle: Cycle, node: NodeInfo): number;
}

/**
 * All scores in one call, in the order of `nodes`; must equal what {@link ScorePlugin} gives. `rows` are the positions of the
 * nodes in the snapshot, when the runtime knows them.
 */
export interface ScoreTablePlugin {
  scoreTable(cycle: Cycle, nodes: readonly NodeInfo[], rows?: readonly number[]): readonly number[];
}

/** Called once with the plugin's own raw scores; returns them within {@link MIN_SCORE} to {@link MAX_SCORE}. */
export interface NormalizeScorePlugin {
  normalizeScore(cycle: Cycle, scores: readonly number[], nodes: readonly NodeInfo[]): readonly number[];
}

/** One thing about a pod that a plugin looks at. `value` is compared as text. */
export interface SignFragment {
  /** The field's path, with what is made of it: `spec.tolerations`, `spec.containers.requests()`. */
  readonly key: string;
  readonly value: string | number;
}

/**
 * Says what of the pod the plugin's Filter and Score look at (KEP-5598), so that verdicts are worked out once for pods that
 * are alike. The promise: for the same fragments and an unchanged {@link NodeInfo.generation} the plugin's Filter gives the
 * same status and its Score the same raw number, whatever else changed in the cluster; and its NormalizeScore gives equal
 * numbers the same score. The runtime keeps verdicts then.
 *
 * Called at each attempt after all PreFilters. Undefined says that this pod's verdicts
 * depend on more (other nodes, other objects, the plugin's own state): the plugin is asked at each attempt. A plugin
 * without this member is always asked.
 */
export interface SignPlugin {
  signPod(cycle: Cycle): readonly SignFragment[] | undefined;
}

/**
 * Called when a node is chosen; claims what the pod needs, before the next pod is looked at: the scheduler waits for a
 * promise, so answer at once where that is possible. When any later point fails, `unreserve` is called in reverse order;
 * it must be idempotent and cannot fail.
 */
export interface ReservePlugin {
  reserve(cycle: Cycle, nodeName: string): Status | Promise<Status>;
  unreserve(cycle: Cycle, nodeName: string): void | Promise<void>;
}

/** Called after Reserve. `Wait` keeps the pod until it is allowed or rejected through the handle, or `timeout` milliseconds are over. */
export interface PermitPlugin {
  permit(cycle: Cycle, nodeName: string): { readonly status: Status; readonly timeout?: number };
}

/** Called before binding, outside the scheduling loop; several pods may be here at once. */
export interface PreBindPlugin {
  /** Called first for every PreBind plugin; `Skip` says that `preBind` has nothing to do for this pod. */
  preBindPreFlight?(cycle: Cycle, nodeName: string): Status;
  preBind(cycle: Cycle, nodeName: string): Promise<Status>;
}

/** Binds. The first plugin that does not answer `Skip` has done it. */
export interface BindPlugin {
  bind(cycle: Cycle, nodeName: string): Promise<Status>;
}

/** Told after a pod was bound. */
export interface PostBindPlugin {
  postBind(cycle: Cycle, nodeName: string): void;
}

/** Which events may make a pod schedulable that this plugin rejected. Asked once at start. */
export interface EnqueueExtensions {
  eventsToRegister(): readonly ClusterEventWithHint[];
}

/** What `create` of a scheduler plugin returns: any of the points. */
export type SchedulerPlugin = Partial<
  PreEnqueuePlugin &
    QueueSortPlugin &
    PreFilterPlugin &
    PreFilterExtensions &
    FilterPlugin &
    FilterTablePlugin &
    FilterRowsPlugin &
    PostFilterPlugin &
    PreScorePlugin &
    ScorePlugin &
    ScoreTablePlugin &
    SignPlugin &
    NormalizeScorePlugin &
    ReservePlugin &
    PermitPlugin &
    PreBindPlugin &
    BindPlugin &
    PostBindPlugin &
    EnqueueExtensions
>;
