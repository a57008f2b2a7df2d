/** The prefix of a package's OpenAPI definitions: `core/v1` has `io.k8s.api.core.v1`. */
export function definitionPrefix(packageName: string): string {
  switch (packageName) {
    case "meta/v1":
      return "io.k8s.apimachinery.pkg.apis.meta.v1";
    case "runtime":
      return "io.k8s.apimachinery.pkg.runtime";
    case "version":
      return "io.k8s.apimachinery.pkg.version";
    case "apiextensions/v1":
      return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";
    case "apiregistration/v1":
      return "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1";
    default:
      return `io.k8s.api.${packageName.replace("/", ".")}`;
  }
}

/** Where a leaf type has its definition. */
export function leafDefinition(leaf: string): string {
  switch (leaf) {
    case "Quantity":
      return "io.k8s.apimachinery.pkg.api.resource.Quantity";
    case "IntOrString":
      return "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
    case "RawExtension":
      return "io.k8s.apimachinery.pkg.runtime.RawExtension";
    case "JSON":
    case "JSONSchemaPropsOrArray":
    case "JSONSchemaPropsOrBool":
    case "JSONSchemaPropsOrStringArray":
      return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${leaf}`;
    default:
      return `io.k8s.apimachinery.pkg.apis.meta.v1.${leaf}`;
  }
}

/** The file and identifier of a package: `core/v1` is `core-v1` and `coreV1`. */
export function packageFile(packageName: string): string {
  return packageName.replace("/", "-");
}

export function packageIdentifier(packageName: string): string {
  return packageName.replace(/\/(.)/, (_, first: string) => first.toUpperCase());
}

/** Names under which the npm package may know a definition. */
export function modelCandidates(definitionName: string): string[] {
  const parts = definitionName.split(".");
  const [group = "", version = "", name = ""] = parts.slice(-3);
  const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
  return [capital(group) + capital(version) + name, capital(version) + name, name];
}

/** The API group of a package: `rbac/v1` serves `rbac.authorization.k8s.io`. */
export function apiGroup(packageName: string): string {
  const folder = packageName.split("/")[0] ?? "";
  const groups: Readonly<Record<string, string>> = {
    core: "",
    meta: "",
    rbac: "rbac.authorization.k8s.io",
    flowcontrol: "flowcontrol.apiserver.k8s.io",
    apiserverinternal: "internal.apiserver.k8s.io",
  };
  const plain = new Set(["apps", "autoscaling", "batch", "policy"]);
  return groups[folder] ?? (plain.has(folder) ? folder : `${folder}.k8s.io`);
}
