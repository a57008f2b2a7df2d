import { STORAGE_CLASSES } from "@pinnace/api";
import { type Draft, parseQuantity } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin } from "../contract.ts";
import { createObjectReader } from "../object-reader.ts";
import { refusal } from "../refusal.ts";
import { isRequest } from "../request-kind.ts";

/** `PersistentVolumeClaimResize`: a bound claim grows only when its class allows it. */
export function createPersistentVolumeClaimResize(
  components: Pick<AdmissionComponents, "client" | "informers">,
): AdmissionPlugin {
  const classes = createObjectReader(components, STORAGE_CLASSES);
  return {
    name: "PersistentVolumeClaimResize",
    handles: (request) => isRequest(request, "persistentvolumeclaims", "UPDATE"),
    async validate(request) {
      const old: Draft = request.oldObject;
      if (!grows(old, request.object)) return;
      if (old.status?.phase !== "Bound") throw refusal(request, "Only bound persistent volume claims can be expanded");
      const className = request.object.spec.storageClassName;
      const allowed = className && (await classes.get("", className))?.allowVolumeExpansion;
      if (!allowed || className !== old.spec.storageClassName)
        throw refusal(
          request,
          "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
        );
    },
  };
}

function grows(old: Draft, claim: Draft): boolean {
  const size = (object: Draft) => parseQuantity(object.spec.resources?.requests?.storage ?? "0");
  return size(claim).compare(size(old)) > 0;
}
