import type { AdmissionPlugin } from "../contract.ts";
import { isRequest, resourceOf } from "../request-kind.ts";

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumes: "kubernetes.io/pv-protection",
  persistentvolumeclaims: "kubernetes.io/pvc-protection",
  "volumeattributesclasses.storage.k8s.io": "kubernetes.io/vac-protection",
};

/** `StorageObjectInUseProtection`: volumes and claims are not removed while something uses them. */
export function createStorageObjectInUseProtection(): AdmissionPlugin {
  return {
    name: "StorageObjectInUseProtection",
    handles: (request) => resourceOf(request) in FINALIZERS && isRequest(request, resourceOf(request), "CREATE"),
    async mutate(request) {
      const finalizer = FINALIZERS[resourceOf(request)];
      const { metadata } = request.object;
      if (!metadata.finalizers?.includes(finalizer)) metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
    },
  };
}
