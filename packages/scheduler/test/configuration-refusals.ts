/** Configurations that kube-scheduler 1.36.3 refuses, with what it says. */
export interface Refusal {
  readonly what: string;
  /** YAML; the head of a KubeSchedulerConfiguration comes before it unless it has one of its own. */
  readonly body: string;
  readonly says: string;
}

export const REFUSALS: readonly Refusal[] = [
  {
    what: "an affinity that NodeAffinity cannot add",
    body: "profiles:\n- pluginConfig: [{name: NodeAffinity, args: {addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: foo, operator: Foo, values: [a]}]}]}, preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: a, operator: Gt, values: [x]}]}}]}}}]\n",
    says: '[profiles[0].pluginConfig[0].args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Unsupported value: "Foo": supported values: "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", profiles[0].pluginConfig[0].args.addedAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].matchExpressions[0].values[0]: Invalid value: "x": for \'Gt\', \'Lt\' operators, the value must be an integer]',
  },
  {
    what: "arguments instead of a configuration",
    body: "apiVersion: kubescheduler.config.k8s.io/v1\nkind: InterPodAffinityArgs\n",
    says: "couldn't decode as KubeSchedulerConfiguration, got kubescheduler.config.k8s.io/v1, Kind=InterPodAffinityArgs: ",
  },
  {
    what: "arguments of another plugin",
    body: "profiles:\n- pluginConfig: [{name: InterPodAffinity, args: {apiVersion: kubescheduler.config.k8s.io/v1, kind: VolumeBindingArgs}}]\n",
    says: "decoding .profiles[0].pluginConfig[0]: args for plugin InterPodAffinity were not of type InterPodAffinityArgs.kubescheduler.config.k8s.io, got VolumeBindingArgs.kubescheduler.config.k8s.io",
  },
  {
    what: "an argument of another type",
    body: "profiles:\n- pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: a}}]\n",
    says: "decoding .profiles[0].pluginConfig[0]: decoding args for plugin InterPodAffinity: json: cannot unmarshal string into Go struct field InterPodAffinityArgs.hardPodAffinityWeight of type int32",
  },
  {
    what: "an argument that there is not",
    body: "profiles:\n- pluginConfig: [{name: InterPodAffinity, args: {foo: 101}}]\n",
    says: 'strict decoding error: decoding .profiles[0].pluginConfig[0]: strict decoding error: decoding args for plugin InterPodAffinity: strict decoding error: unknown field "foo"',
  },
  {
    what: "an initial back-off beyond the longest",
    body: "podInitialBackoffSeconds: 20\n",
    says: "podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds",
  },
  {
    what: "a kind that there is not",
    body: "apiVersion: kubescheduler.config.k8s.io/v1\nkind: Foo\n",
    says: 'no kind "Foo" is registered for version "kubescheduler.config.k8s.io/v1"',
  },
  {
    what: "a version that is gone",
    body: "apiVersion: kubescheduler.config.k8s.io/v1beta3\nkind: KubeSchedulerConfiguration\n",
    says: 'no kind "KubeSchedulerConfiguration" is registered for version "kubescheduler.config.k8s.io/v1beta3"',
  },
  {
    what: "weights where all are equal",
    body: "profiles:\n- pluginConfig: [{name: NodeResourcesBalancedAllocation, args: {resources: [{name: cpu, weight: 2},{name: cpu}]}}]\n",
    says: '[profiles[0].pluginConfig[0].args.resources[0].weight: Invalid value: 2: must be 1, profiles[0].pluginConfig[0].args.resources[1].name: Duplicate value: "cpu"]',
  },
  {
    what: "timeouts of DynamicResources",
    body: "profiles:\n- pluginConfig: [{name: DynamicResources, args: {filterTimeout: -1s, bindingTimeout: 10ms}}]\n",
    says: '[profiles[0].pluginConfig[0].args.filterTimeout: Invalid value: "-1s": must be zero or positive, profiles[0].pluginConfig[0].args.bindingTimeout: Invalid value: "10ms": must be at least 1 second]',
  },
  {
    what: "a member twice",
    body: "parallelism: 1\nparallelism: 2\n",
    says: 'strict decoding error: yaml: unmarshal errors:\n  line 4: key "parallelism" already set in map',
  },
  {
    what: "arguments twice",
    body: "profiles:\n- pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: 101}},{name: InterPodAffinity, args: {}}]\n",
    says: '[profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100], profiles[0].pluginConfig[1]: Duplicate value: "InterPodAffinity"]',
  },
  {
    what: "nothing",
    body: "",
    says: "Object 'Kind' is missing in ''",
  },
  {
    what: "extenders that do not fit together",
    body: "extenders:\n- urlPrefix: http://x\n  prioritizeVerb: p\n  bindVerb: b\n- urlPrefix: http://y\n  bindVerb: b\n  managedResources: [{name: cpu},{name: a.b/c},{name: a.b/c},{name: 'a b'}]\n",
    says: "[extenders[0].weight: Invalid value: 0: must have a positive weight applied to it, extenders[1].managedResources[0].name: Invalid value: \"cpu\": is an invalid extended resource name, extenders[1].managedResources[2].name: Invalid value: \"a.b/c\": duplicate extender managed resource name, extenders[1].managedResources[3].name: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'), extenders: Invalid value: \"found 2 extenders implementing bind\": only one extender can implement bind]",
  },
  {
    what: "an extender whose timeout is none",
    body: "extenders:\n- urlPrefix: http://x\n  filterVerb: p\n  httpTimeout: abc\n",
    says: 'time: invalid duration "abc"',
  },
  {
    what: "an extender whose certificates are no base64",
    body: "extenders:\n- filterVerb: p\n  tlsConfig: {caData: '%%%'}\n",
    says: "illegal base64 data at input byte 0",
  },
  {
    what: "arguments of NodeResourcesFit",
    body: "profiles:\n- pluginConfig: [{name: NodeResourcesFit, args: {ignoredResources: [a/b/c], ignoredResourceGroups: [a/b], scoringStrategy: {type: Foo, resources: [{name: cpu, weight: 101}]}}}]\n",
    says: "[profiles[0].pluginConfig[0].args.ignoredResources[0]: Invalid value: \"a/b/c\": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName'), profiles[0].pluginConfig[0].args.ignoredResourceGroups[0]: Invalid value: \"a/b\": resource group name can't contain '/', profiles[0].pluginConfig[0].args.scoringStrategy.type: Unsupported value: \"Foo\": supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\", profiles[0].pluginConfig[0].args.scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]]",
  },
  {
    what: "a ratio that is not given",
    body: "profiles:\n- pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: RequestedToCapacityRatio}}}]\n",
    says: "profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio",
  },
  {
    what: "a ratio whose shape is wrong",
    body: "profiles:\n- pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 10, score: 11},{utilization: 5, score: -1}]}}}}]\n",
    says: "[profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 5: values must be sorted in increasing order, profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid range [0, 10], profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[1].score: Invalid value: -1: not in valid range [0, 10]]",
  },
  {
    what: "a leader election that cannot work",
    body: "leaderElection: {leaderElect: true, resourceLock: endpoints, leaseDuration: 1s, renewDeadline: 2s}\nclientConnection: {burst: -1}\n",
    says: '[clientConnection.burst: Invalid value: -1: must be non-negative, leaderElection.leaseDuration: Invalid value: "2s": must be greater than `RenewDeadline`, leaderElection.resourceLock: Invalid value: "endpoints": resourceLock value must be "leases"]',
  },
  {
    what: "no kind",
    body: "apiVersion: kubescheduler.config.k8s.io/v1\n",
    says: "Object 'Kind' is missing in 'apiVersion: kubescheduler.config.k8s.io/v1\n'",
  },
  {
    what: "plugins that are gone",
    body: "profiles:\n- plugins: {filter: {enabled: [{name: EBSLimits}]}}\n  pluginConfig: [{name: CinderLimits, args: {}}]\n",
    says: '[profiles[0].plugins.filter.enabled[0]: Invalid value: "EBSLimits": was invalid in version "v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1"), profiles[0].pluginConfig[0]: Invalid value: "CinderLimits": was invalid in version "v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")]',
  },
  {
    what: "numbers out of bounds",
    body: "parallelism: -1\npercentageOfNodesToScore: 101\npodInitialBackoffSeconds: 0\npodMaxBackoffSeconds: -1\n",
    says: "[parallelism: Invalid value: -1: should be an integer value greater than zero, percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100], podInitialBackoffSeconds: Invalid value: 0: must be greater than 0, podMaxBackoffSeconds: Invalid value: -1: must be greater than or equal to PodInitialBackoffSeconds]",
  },
  {
    what: "no candidates for preemption",
    body: "profiles:\n- pluginConfig: [{name: DefaultPreemption, args: {minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0}}]\n",
    says: "[profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute, profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage]",
  },
  {
    what: "candidates out of bounds",
    body: "profiles:\n- pluginConfig: [{name: DefaultPreemption, args: {minCandidateNodesPercentage: 101, minCandidateNodesAbsolute: -1}}]\n",
    says: "[profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: 101: not in valid range [0, 100], profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute: Invalid value: -1: not in valid range [0, inf)]",
  },
  {
    what: "profiles that disagree on the order",
    body: "profiles:\n- schedulerName: a\n- schedulerName: b\n  plugins: {queueSort: {enabled: [{name: Foo}], disabled: [{name: '*'}]}}\n",
    says: 'profiles[1].plugins.queueSort: Invalid value: {"Enabled":[{"Name":"Foo","Weight":0}],"Disabled":[{"Name":"*","Weight":0}]}: must be the same for all profiles',
  },
  {
    what: "two orders",
    body: "profiles:\n- schedulerName: a\n  plugins: {queueSort: {enabled: [{name: Foo},{name: Bar}], disabled: [{name: '*'}]}}\n",
    says: "profiles[0].plugins.queueSort.Enabled: Invalid value: 2: only one queue sort plugin can be enabled",
  },
  {
    what: "constraints that do not fit together",
    body: "profiles:\n- pluginConfig: [{name: PodTopologySpread, args: {defaultingType: Foo, defaultConstraints: [{maxSkew: 0, topologyKey: '', whenUnsatisfiable: Foo, labelSelector: {}},{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule},{maxSkew: 2, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]}}]\n",
    says: '[profiles[0].pluginConfig[0].args.defaultingType: Unsupported value: "Foo": supported values: "System", "List", profiles[0].pluginConfig[0].args.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf), profiles[0].pluginConfig[0].args.defaultConstraints[0].topologyKey: Required value: can not be empty, profiles[0].pluginConfig[0].args.defaultConstraints[0].whenUnsatisfiable: Unsupported value: "Foo": supported values: "DoNotSchedule", "ScheduleAnyway", profiles[0].pluginConfig[0].args.defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod, profiles[0].pluginConfig[0].args.defaultConstraints[2]: Duplicate value: "{a, DoNotSchedule}"]',
  },
  {
    what: "constraints besides those of the system",
    body: "profiles:\n- pluginConfig: [{name: PodTopologySpread, args: {defaultConstraints: [{maxSkew: 1, topologyKey: 'a b', whenUnsatisfiable: ''}]}}]\n",
    says: "[profiles[0].pluginConfig[0].args.defaultingType: Invalid value: \"System\": when .defaultConstraints are not empty, profiles[0].pluginConfig[0].args.defaultConstraints[0].topologyKey: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'), profiles[0].pluginConfig[0].args.defaultConstraints[0].whenUnsatisfiable: Required value: can not be empty]",
  },
  {
    what: "profiles without a name, and of the same name",
    body: "profiles:\n- {}\n- schedulerName: a\n- schedulerName: a\n- schedulerName: b\n  percentageOfNodesToScore: -1\n",
    says: "[profiles[0].schedulerName: Required value, profiles[2].schedulerName: Duplicate value: {}, profiles[3].percentageOfNodesToScore: Invalid value: -1: not in valid range [0-100]]",
  },
  {
    what: "a text for a number",
    body: "parallelism: x\n",
    says: "json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.parallelism of type int32",
  },
  {
    what: "an object for a list",
    body: "profiles: {}\n",
    says: "json: cannot unmarshal object into Go struct field KubeSchedulerConfiguration.profiles of type []v1.KubeSchedulerProfile",
  },
  {
    what: "a fraction for an integer",
    body: "percentageOfNodesToScore: 1.5\n",
    says: "json: cannot unmarshal number 1.5 into Go struct field KubeSchedulerConfiguration.percentageOfNodesToScore of type int32",
  },
  {
    what: "members that there are not",
    body: "foo: 1\nprofiles:\n- schedulername: x\n  plugins: {score: {enabled: [{name: A, wait: 3}]}}\n",
    says: 'strict decoding error: unknown field "foo", unknown field "profiles[0].plugins.score.enabled[0].wait", unknown field "profiles[0].schedulername"',
  },
  {
    what: "arguments of VolumeBinding",
    body: "profiles:\n- pluginConfig: [{name: VolumeBinding, args: {bindTimeoutSeconds: -1, shape: [{utilization: 0, score: 0}]}}]\n",
    says: '[profiles[0].pluginConfig[0].args.bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value, profiles[0].pluginConfig[0].args.shape: Invalid value: [{"Utilization":0,"Score":0}]: unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring]',
  },
];
