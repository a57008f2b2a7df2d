/** Objects of scheduling benchmarks: the shapes that upstream's scheduler_perf describes. */

const PAUSE = "registry.k8s.io/pause:3.10.1";
const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
/** The driver of volumes in benchmarks. */
const DRIVER = "ebs.csi.aws.com";
/** The class of pods that preempt others; scheduler_perf writes the number into the pod, which admission refuses. */
export const PRIORITY_CLASS = "bench-high";

export interface NodeOptions {
  /** Values of the zone label, in turn. */
  readonly zones?: readonly string[];
  /** Volumes of {@link DRIVER} that a node takes. */
  readonly volumes?: number;
  readonly taints?: readonly object[];
  readonly pods?: number;
  readonly cpu?: string;
}

export function makeNode(name: string, index: number, options: NodeOptions = {}): object {
  const { zones, volumes, taints, pods = 110, cpu = "4" } = options;
  const capacity = {
    ...{ cpu, memory: "32Gi", pods: String(pods) },
    ...(volumes === undefined ? {} : { [`attachable-volumes-csi-${DRIVER}`]: String(volumes) }),
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { [HOST]: name, ...(zones === undefined ? {} : { [ZONE]: zones[index % zones.length] }) },
    },
    spec: taints === undefined ? {} : { taints },
    status: { capacity, conditions: [{ type: "Ready", status: "True" }] },
  };
}

/** What a pod is made of; its name and namespace come later. */
export interface PodTemplate {
  readonly labels?: Readonly<Record<string, string>>;
  /** Requests and limits; undefined: none. */
  readonly resources?: Readonly<Record<string, string>> | undefined;
  readonly spec?: object;
  readonly finalizers?: readonly string[];
}

const SMALL = { cpu: "100m", memory: "500Mi" };

export const PLAIN: PodTemplate = { resources: SMALL };
export const LIGHT: PodTemplate = { spec: { terminationGracePeriodSeconds: 0 } };
export const GATED: PodTemplate = { spec: { schedulingGates: [{ name: "test.k8s.io/hold" }] } };
export const LOW_PRIORITY: PodTemplate = {
  resources: { cpu: "900m", memory: "500Mi" },
  spec: { terminationGracePeriodSeconds: 0 },
};
export const HIGH_PRIORITY: PodTemplate = {
  resources: { cpu: "3", memory: "500Mi" },
  spec: { priorityClassName: PRIORITY_CLASS },
};
/** Asks for more than any node has. */
export const TOO_LARGE: PodTemplate = {
  resources: { cpu: "9", memory: "500Mi" },
  spec: { priorityClassName: PRIORITY_CLASS },
};
export const WITH_LABEL: PodTemplate = { labels: { app: "scheduler-perf" } };
export const MATCHING_GREEN: PodTemplate = { labels: { color: "green" }, resources: SMALL };
export const WITH_SECRET: PodTemplate = {
  resources: SMALL,
  spec: { volumes: [{ name: "secret", secret: { secretName: "secret" } }] },
};
/** Goes to the node of one name, as the pods of a DaemonSet do. */
export const PINNED: PodTemplate = {
  spec: {
    affinity: nodeAffinity({
      matchFields: [{ key: "metadata.name", operator: "In", values: ["scheduler-perf-node"] }],
    }),
  },
};
export const WITH_NODE_AFFINITY: PodTemplate = {
  resources: SMALL,
  spec: { affinity: nodeAffinity({ matchExpressions: [{ key: ZONE, operator: "In", values: ["zone1", "zone2"] }] }) },
};

function nodeAffinity(term: object): object {
  return {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
  };
}

interface TermOptions {
  readonly kind: "podAffinity" | "podAntiAffinity";
  readonly color: string;
  readonly topology: "zone" | "host";
  readonly preferred?: boolean;
  /** Instead of naming the namespaces. */
  readonly bySelector?: boolean;
}

/** A pod with one affinity term to pods of its own colour. */
export function withAffinity({
  kind,
  color,
  topology,
  preferred = false,
  bySelector = false,
}: TermOptions): PodTemplate {
  const term = {
    labelSelector: { matchLabels: { color } },
    topologyKey: topology === "zone" ? ZONE : HOST,
    ...(bySelector
      ? { namespaceSelector: { matchLabels: { team: "devops" } } }
      : { namespaces: ["sched-1", "sched-0"] }),
  };
  const terms = preferred
    ? { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] }
    : { requiredDuringSchedulingIgnoredDuringExecution: [term] };
  return { labels: { color }, resources: SMALL, spec: { affinity: { [kind]: terms } } };
}

/** A pod that is spread over zones with its like. */
export function spreadOverZones(whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway"): PodTemplate {
  const labelSelector = { matchLabels: { color: "blue" } };
  const constraint = { maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable, labelSelector };
  return { labels: { color: "blue" }, resources: SMALL, spec: { topologySpreadConstraints: [constraint] } };
}

/** A pod that is spread over hosts, of which the tainted ones do not count. */
export const SPREAD_OVER_HOSTS: PodTemplate = {
  labels: { foo: "bar" },
  resources: SMALL,
  spec: {
    topologySpreadConstraints: [
      {
        ...{ maxSkew: 1, topologyKey: HOST, whenUnsatisfiable: "DoNotSchedule" },
        ...{ nodeAffinityPolicy: "Honor", nodeTaintsPolicy: "Honor" },
        labelSelector: { matchLabels: { foo: "bar" } },
      },
    ],
  },
};

/** Gated pods whose affinity is looked at whenever a pod appears. */
export const GATED_WITH_AFFINITY: PodTemplate = {
  labels: { app: "scheduler-perf" },
  spec: {
    schedulingGates: [{ name: "test.k8s.io/hold" }],
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: HOST, labelSelector: { matchLabels: { app: "scheduler-perf" } } },
        ],
      },
    },
  },
};

export function makePod(name: string, { labels, resources, spec, finalizers }: PodTemplate, claim?: string): object {
  const amounts = resources === undefined ? {} : { resources: { requests: resources, limits: resources } };
  const own = (spec ?? {}) as { readonly volumes?: readonly object[] };
  const volumes = [
    ...(own.volumes ?? []),
    ...(claim === undefined ? [] : [{ name: "data", persistentVolumeClaim: { claimName: claim } }]),
  ];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      ...(labels === undefined ? {} : { labels }),
      ...(finalizers === undefined ? {} : { finalizers }),
    },
    spec: {
      ...own,
      ...(volumes.length > 0 ? { volumes } : {}),
      // The token volume costs the API server, not the scheduler.
      automountServiceAccountToken: false,
      containers: [{ name: "pause", image: PAUSE, ports: [{ containerPort: 80 }], ...amounts }],
    },
  };
}

/** A claim that is bound to the volume of the same name. */
export function makeClaim(name: string): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, annotations: { "pv.kubernetes.io/bind-completed": "true" } },
    spec: {
      ...{ accessModes: ["ReadOnlyMany"], volumeName: name, storageClassName: "" },
      resources: { requests: { storage: "1Gi" } },
    },
  };
}

export function makeVolume(name: string, namespace: string, kind: "csi" | "aws"): object {
  const source =
    kind === "csi"
      ? { csi: { driver: DRIVER, volumeHandle: name } }
      : { awsElasticBlockStore: { volumeID: `vol-${name}` } };
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      ...{ accessModes: ["ReadOnlyMany"], capacity: { storage: "1Gi" }, persistentVolumeReclaimPolicy: "Retain" },
      claimRef: { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace, name },
      ...source,
    },
  };
}

/** What a node says of the volumes that it takes. */
export function makeCsiNode(name: string, volumes: number): object {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: { name },
    spec: { drivers: [{ name: DRIVER, nodeID: name, topologyKeys: [], allocatable: { count: volumes } }] },
  };
}
