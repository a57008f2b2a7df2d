import type { Node, Pod } from "@pinnace/api";
import { testNode, testPod } from "@pinnace/scheduler-framework/compliance";
import fc from "fast-check";

/** Random nodes and pods that make every default plugin speak. */

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
const APPS = ["a", "b", "c"];

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const taint = fc.record({
  key: fc.constantFrom("dedicated", "spot"),
  value: fc.constantFrom("x", "y"),
  effect: fc.constantFrom("NoSchedule", "PreferNoSchedule", "NoExecute"),
});

const toleration = fc.record(
  {
    key: fc.constantFrom("dedicated", "spot"),
    operator: fc.constantFrom("Exists", "Equal"),
    value: fc.constantFrom("x", "y"),
    effect: fc.constantFrom("NoSchedule", "PreferNoSchedule", "NoExecute"),
  },
  { requiredKeys: ["key"] },
);

const image = fc.record({ names: fc.subarray(["image:1", "other:2"], { minLength: 1 }), sizeBytes: fc.nat(2e9) });

/** What a node may be like; {@link nodeOf} gives it a name. */
export interface NodeShape {
  readonly zone: string | undefined;
  readonly disk: string | undefined;
  readonly hasHost: boolean;
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
  readonly gpus: string | undefined;
  readonly taints: readonly object[];
  readonly unschedulable: boolean;
  readonly images: readonly object[];
}

export const nodeShape: fc.Arbitrary<NodeShape> = fc.record({
  zone: maybe(fc.constantFrom("z1", "z2", "z3")),
  disk: maybe(fc.constantFrom("ssd", "hdd")),
  hasHost: fc.boolean(),
  cpu: fc.constantFrom("1", "2", "4"),
  memory: fc.constantFrom("1Gi", "2Gi", "8Gi"),
  pods: fc.constantFrom("2", "5", "110"),
  gpus: maybe(fc.constantFrom("1", "2")),
  taints: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(taint, { minLength: 1, maxLength: 2 })),
  unschedulable: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
  images: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(image, { minLength: 1, maxLength: 2 })),
});

export function nodeOf(index: number, shape: NodeShape): Node {
  const { zone, disk, hasHost, cpu, memory, pods, gpus, taints, unschedulable, images } = shape;
  const node = testNode(`n${index}`, {
    spec: { ...(taints.length > 0 ? { taints } : {}), ...(unschedulable ? { unschedulable } : {}) },
    labels: { ...(zone === undefined ? {} : { [ZONE]: zone }), ...(disk === undefined ? {} : { disk }) },
    status: {
      allocatable: { cpu, memory, pods, ...(gpus === undefined ? {} : { "example.com/gpu": gpus }) },
      ...(images.length > 0 ? { images } : {}),
    },
  });
  if (hasHost) return node;
  const { [HOST]: _, ...labels } = (node.metadata?.labels ?? {}) as Record<string, string>;
  return { ...node, metadata: { ...node.metadata, labels } } as Node;
}

const DRIVER = "csi.example.com";
const claimsOf = (namespace: string): readonly object[] => {
  const claim = (name: string, spec: object): object => ({
    metadata: {
      name,
      namespace,
      annotations: "volumeName" in spec ? { "pv.kubernetes.io/bind-completed": "yes" } : {},
    },
    spec,
  });
  return [
    ...["c1", "c2", "c3", "local"].map((name) => claim(name, { volumeName: `${namespace}-${name}` })),
    claim("unbound", { storageClassName: "late" }),
  ];
};
const volumesOf = (namespace: string): readonly object[] => {
  const local = { nodeSelectorTerms: [{ matchExpressions: [{ key: "disk", operator: "In", values: ["ssd"] }] }] };
  const volume = (name: string, labels: object, spec: object): object => ({
    metadata: { name: `${namespace}-${name}`, labels },
    spec: { csi: { driver: DRIVER, volumeHandle: `${namespace}-${name}` }, ...spec },
  });
  return [
    volume("c1", {}, {}),
    volume("c2", {}, {}),
    volume("c3", { [ZONE]: "z1__z2" }, {}),
    volume("local", {}, { nodeAffinity: { required: local } }),
  ];
};

/** What the claims of pods lead to: bound volumes of any node, of some zones and of some nodes, and one yet to be made. */
export const VOLUME_OBJECTS: Readonly<Record<string, readonly object[]>> = {
  persistentvolumeclaims: ["default", "other"].flatMap(claimsOf),
  persistentvolumes: ["default", "other"].flatMap(volumesOf),
  storageclasses: [{ metadata: { name: "late" }, provisioner: DRIVER, volumeBindingMode: "WaitForFirstConsumer" }],
  csinodes: Array.from({ length: 12 }, (_, index) => ({
    metadata: { name: `n${index}` },
    spec: { drivers: [{ name: DRIVER, ...(index % 4 === 3 ? {} : { allocatable: { count: 1 + (index % 4) } }) }] },
  })),
};

const labelSelector = fc.constantFrom(...APPS.map((app) => ({ matchLabels: { app } })), {});
const topologyKey = fc.constantFrom(ZONE, HOST, "disk");
const term = fc.record(
  {
    labelSelector,
    topologyKey,
    namespaces: fc.constant(["default", "other"]),
    namespaceSelector: fc.constantFrom({}, { matchLabels: { team: "red" } }),
  },
  { requiredKeys: ["labelSelector", "topologyKey"] },
);
const weighted = fc.record({ weight: fc.integer({ min: 1, max: 100 }), podAffinityTerm: term });
const podAffinity = fc.record(
  {
    requiredDuringSchedulingIgnoredDuringExecution: fc.array(term, { minLength: 1, maxLength: 2 }),
    preferredDuringSchedulingIgnoredDuringExecution: fc.array(weighted, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const expression = fc.constantFrom(
  { key: "disk", operator: "In", values: ["ssd"] },
  { key: "disk", operator: "Exists" },
  { key: ZONE, operator: "NotIn", values: ["z1"] },
);
const nodeTerm = fc.oneof(
  { weight: 4, arbitrary: fc.record({ matchExpressions: fc.array(expression, { minLength: 1, maxLength: 2 }) }) },
  fc.constant({ matchFields: [{ key: "metadata.name", operator: "In", values: ["n0", "n3"] }] }),
);
const nodeAffinity = fc.record(
  {
    requiredDuringSchedulingIgnoredDuringExecution: fc.record({
      nodeSelectorTerms: fc.array(nodeTerm, { minLength: 1, maxLength: 2 }),
    }),
    preferredDuringSchedulingIgnoredDuringExecution: fc.array(
      fc.record({ weight: fc.integer({ min: 1, max: 100 }), preference: nodeTerm }),
      { minLength: 1, maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);
const constraint = fc.record(
  {
    maxSkew: fc.integer({ min: 1, max: 3 }),
    topologyKey,
    whenUnsatisfiable: fc.constantFrom("DoNotSchedule", "ScheduleAnyway"),
    labelSelector,
    minDomains: fc.integer({ min: 1, max: 3 }),
    nodeAffinityPolicy: fc.constantFrom("Honor", "Ignore"),
    nodeTaintsPolicy: fc.constantFrom("Honor", "Ignore"),
  },
  { requiredKeys: ["maxSkew", "topologyKey", "whenUnsatisfiable", "labelSelector"] },
);
const requests = fc.record(
  {
    cpu: fc.constantFrom("100m", "500m", "1"),
    memory: fc.constantFrom("64Mi", "512Mi"),
    "example.com/gpu": fc.constantFrom("1"),
  },
  { requiredKeys: [] },
);

/** What pods of one kind ask for; the pods of a kind are alike. */
export interface PodKind {
  readonly namespace: string;
  readonly app: string;
  readonly requests: { readonly cpu?: string; readonly memory?: string; readonly "example.com/gpu"?: string };
  readonly image: string;
  readonly hostPort: number | undefined;
  readonly tolerations: readonly object[];
  readonly nodeSelector: object | undefined;
  readonly nodeAffinity: object | undefined;
  readonly podAffinity: object | undefined;
  readonly podAntiAffinity: object | undefined;
  readonly spread: readonly object[];
  /** Of {@link VOLUME_OBJECTS}; `each`: pods of the kind have different ones. */
  readonly claim: string | undefined;
  readonly priority: number;
}

const podKind: fc.Arbitrary<PodKind> = fc.record({
  namespace: fc.constantFrom("default", "other"),
  app: fc.constantFrom(...APPS),
  requests,
  image: fc.constantFrom("image:1", "other:2", "unknown"),
  hostPort: maybe(fc.constantFrom(80, 81)),
  tolerations: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(toleration, { maxLength: 2 })),
  nodeSelector: maybe(fc.constantFrom({ disk: "ssd" }, { [ZONE]: "z2" })),
  nodeAffinity: maybe(nodeAffinity),
  podAffinity: maybe(podAffinity),
  podAntiAffinity: maybe(podAffinity),
  spread: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(constraint, { minLength: 1, maxLength: 2 })),
  claim: maybe(fc.constantFrom("each", "c3", "unbound", "local")),
  priority: fc.constantFrom(0, 0, 10),
});

/** Four kinds; the middle ones differ from the first in one respect only, so that confusing them shows. */
export const podKinds: fc.Arbitrary<readonly PodKind[]> = fc.tuple(podKind, podKind).map(([first, other]) => {
  const { requests: amounts, tolerations, nodeSelector, nodeAffinity: ofNodes, image: main, hostPort } = other;
  const another = [
    { requests: amounts },
    { tolerations },
    { nodeSelector },
    { nodeAffinity: ofNodes },
    { image: main },
    { hostPort },
  ];
  const change = another[(amounts.cpu?.length ?? 0) + (other.priority === 10 ? 1 : 0) + (other.app === "a" ? 1 : 0)];
  return [first, { ...first, requests: amounts }, { ...first, ...change }, other];
});

export function podOf(name: string, kind: PodKind): Pod {
  const {
    nodeAffinity: ofNodes,
    podAffinity: near,
    podAntiAffinity: apart,
    spread,
    hostPort,
    nodeSelector,
    claim,
  } = kind;
  const affinity = {
    ...(ofNodes === undefined ? {} : { nodeAffinity: ofNodes }),
    ...(near === undefined ? {} : { podAffinity: near }),
    ...(apart === undefined ? {} : { podAntiAffinity: apart }),
  };
  const ports = hostPort === undefined ? {} : { ports: [{ containerPort: 80, hostPort, protocol: "TCP" }] };
  return testPod(
    name,
    {
      containers: [{ name: "main", image: kind.image, resources: { requests: kind.requests }, ...ports }],
      priority: kind.priority,
      ...(kind.tolerations.length > 0 ? { tolerations: kind.tolerations } : {}),
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
      ...(Object.keys(affinity).length > 0 ? { affinity } : {}),
      ...(spread.length > 0 ? { topologySpreadConstraints: spread } : {}),
      ...(claim === undefined ? {} : { volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }] }),
    },
    { namespace: kind.namespace, labels: { app: kind.app } },
  );
}
