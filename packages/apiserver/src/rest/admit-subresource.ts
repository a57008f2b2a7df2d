import { type Admitted, runMutation, runValidation } from "@pinnace/admission";
import type { Draft } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";
import { admissionRequest } from "./admit.ts";
import type { WriteOptions } from "./options.ts";
import type { RestContext } from "./rest-context.ts";

/**
 * Asks the admission chain about the body of a POST to a subresource that stores no object of its own, such as `binding`,
 * `eviction` and `token`. `check` runs between mutation and validation.
 */
export async function admitSubresource(
  rest: RestContext,
  request: ResourceRequest,
  body: Draft,
  { dryRun, fieldManager }: Pick<WriteOptions, "dryRun" | "fieldManager">,
  check: () => void = () => undefined,
): Promise<Admitted> {
  const admission = admissionRequest(rest, request, {
    operation: "CREATE",
    name: request.info.name || (body.metadata?.name ?? ""),
    object: body,
    oldObject: undefined,
    options: { fieldManager, ...(dryRun ? { dryRun: ["All"] } : {}) },
    dryRun,
  });
  const plugins = rest.admission();
  await runMutation(plugins, admission);
  check();
  return runValidation(plugins, admission);
}
