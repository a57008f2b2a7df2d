import { INGRESS_CLASSES, STORAGE_CLASSES } from "@pinnace/api";
import type { KubernetesObject } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin } from "../contract.ts";
import { createObjectReader } from "../object-reader.ts";
import { isRequest } from "../request-kind.ts";

type Readers = Pick<AdmissionComponents, "client" | "informers">;

const STORAGE_ANNOTATIONS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];
const INGRESS_ANNOTATIONS = ["ingressclass.kubernetes.io/is-default-class"];

/** `DefaultStorageClass`: a claim that names no class gets the default one. */
export function createDefaultStorageClass(components: Readers): AdmissionPlugin {
  const classes = createObjectReader(components, STORAGE_CLASSES);
  return {
    name: "DefaultStorageClass",
    handles: (request) => isRequest(request, "persistentvolumeclaims", "CREATE"),
    async mutate({ object: claim }) {
      if (claim.spec.storageClassName !== undefined) return;
      if (claim.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] !== undefined) return;
      const name = defaultStorageClass(await classes.list())?.metadata?.name;
      if (name !== undefined) claim.spec.storageClassName = name;
    },
  };
}

/** The storage class that claims without one get: of several marked as default the newest. */
export function defaultStorageClass<T extends KubernetesObject>(classes: readonly T[]): T | undefined {
  return defaultOf(classes, STORAGE_ANNOTATIONS);
}

/** `DefaultIngressClass`: an ingress that names no class gets the default one. */
export function createDefaultIngressClass(components: Readers): AdmissionPlugin {
  const classes = createObjectReader(components, INGRESS_CLASSES);
  return {
    name: "DefaultIngressClass",
    handles: (request) => isRequest(request, "ingresses.networking.k8s.io", "CREATE"),
    async mutate({ object: ingress }) {
      if (ingress.spec?.ingressClassName !== undefined) return;
      if (ingress.metadata.annotations?.["kubernetes.io/ingress.class"] !== undefined) return;
      const name = defaultOf(await classes.list(), INGRESS_ANNOTATIONS)?.metadata?.name;
      if (name !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: name };
    },
  };
}

/** The class marked as default; of several the newest, and of equally old ones the first by name. */
function defaultOf<T extends KubernetesObject>(classes: readonly T[], annotations: readonly string[]): T | undefined {
  const created = (object: T): string => object.metadata?.creationTimestamp ?? "";
  return classes
    .filter(({ metadata }) => annotations.some((annotation) => metadata?.annotations?.[annotation] === "true"))
    .sort((a, b) => {
      if (created(a) !== created(b)) return created(a) > created(b) ? -1 : 1;
      return (a.metadata?.name ?? "") < (b.metadata?.name ?? "") ? -1 : 1;
    })[0];
}
