const BUILT_IN = /^io\.k8s\.(?:api|apimachinery|apiextensions-apiserver|kube-aggregator)\./;

/** Whether a definition is a custom resource's. Those of groups under k8s.io are named `io.k8s.` as well. */
export function isCustom({ definitionName }: { readonly definitionName: string }): boolean {
  return !BUILT_IN.test(definitionName);
}
