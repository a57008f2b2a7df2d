import { NAMESPACES } from "@pinnace/api";
import { type Draft, fieldPath, forbiddenField, invalid } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { createObjectReader } from "../object-reader.ts";
import { isRequest } from "../request-kind.ts";

const CLAIMS = "resourceclaims.resource.k8s.io";
const TEMPLATES = "resourceclaimtemplates.resource.k8s.io";
const LABEL = "resource.kubernetes.io/admin-access";

/**
 * Claims and templates may ask for administrative access to devices only in a namespace whose label says so (KEP-5018).
 * Upstream checks it in the registries of both kinds, hence the 422.
 */
export function createDeviceAdminAccess(
  components: Pick<AdmissionComponents, "client" | "informers">,
): AdmissionPlugin {
  const namespaces = createObjectReader(components, NAMESPACES);
  return {
    name: "DeviceAdminAccess",
    handles: (request) => isRequest(request, CLAIMS, "CREATE") || isRequest(request, TEMPLATES, "CREATE"),
    async validate(request) {
      const index = deviceRequests(request).findIndex(asksForAdminAccess);
      if (index < 0) return;
      const namespace = await namespaces.get("", request.namespace);
      if (namespace?.metadata?.labels?.[LABEL] === "true") return;
      const path = fieldPath("spec", "devices", "requests").index(index).child("adminAccess");
      const { group, kind } = request.definition;
      throw invalid(group, kind, request.object.metadata.name ?? "", [
        forbiddenField(
          path,
          `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`,
        ),
      ]);
    },
  };
}

function deviceRequests(request: AdmissionRequest): readonly Draft[] {
  const { spec } = request.object;
  const claim = isRequest(request, TEMPLATES, "CREATE") ? spec?.spec : spec;
  return claim?.devices?.requests ?? [];
}

/** Older versions of the API have the field on the request itself. */
function asksForAdminAccess(deviceRequest: Draft): boolean {
  return (deviceRequest.exactly ?? deviceRequest).adminAccess === true;
}
