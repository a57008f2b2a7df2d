import { NAMESPACES } from "@pinnace/api";
import { notFound, StatusError } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { createObjectReader } from "../object-reader.ts";
import { refusal } from "../refusal.ts";
import { resourceOf } from "../request-kind.ts";

const IMMORTAL: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public"]);

/**
 * `NamespaceLifecycle`: nothing is written into a namespace that does not exist, nothing new into one that is going, and
 * the system's namespaces stay.
 */
export function createNamespaceLifecycle(
  components: Pick<AdmissionComponents, "client" | "informers">,
): AdmissionPlugin {
  const namespaces = createObjectReader(components, NAMESPACES);
  return {
    name: "NamespaceLifecycle",
    handles: (request) => request.operation !== "CONNECT",
    async mutate(request) {
      if (resourceOf(request) === "namespaces") {
        if (request.operation === "DELETE" && IMMORTAL.has(request.name))
          throw refusal(request, "this namespace may not be deleted");
        return;
      }
      if (request.namespace === "" || request.operation === "DELETE" || isAccessReview(request)) return;
      const { namespace } = request;
      let found = await namespaces.get("", namespace);
      // A namespace that was deleted and made again may still look terminating in the cache.
      if (isTerminating(found)) found = await namespaces.getLive("", namespace);
      if (found === undefined) throw notFound("", "namespaces", namespace);
      if (request.operation === "CREATE" && isTerminating(found)) throw terminating(request);
    },
  };
}

function isAccessReview(request: AdmissionRequest): boolean {
  return resourceOf(request) === "localsubjectaccessreviews.authorization.k8s.io";
}

function isTerminating(namespace: { readonly status?: { readonly phase?: string } } | undefined): boolean {
  return namespace?.status?.phase === "Terminating";
}

function terminating(request: AdmissionRequest): StatusError {
  const { namespace } = request;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { status } = refusal(request, why);
  return new StatusError(403, "Forbidden", status.message ?? "", {
    ...status.details,
    causes: [
      {
        reason: "NamespaceTerminating",
        message: `namespace ${namespace} is being terminated`,
        field: "metadata.namespace",
      },
    ],
  });
}
