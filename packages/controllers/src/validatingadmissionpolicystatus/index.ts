import { VALIDATING_ADMISSION_POLICIES, type ValidatingAdmissionPolicy } from "@pinnace/api";
import { hasReason, parseApiVersion } from "@pinnace/apimachinery";
import type { DeclType } from "@pinnace/cel";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";
import { namedResources } from "./kinds-to-check.ts";
import { createTypeSource, type TypeSource } from "./schemas.ts";
import { type CheckedType, checkTypes } from "./type-checking.ts";

const NAME = "validatingadmissionpolicy-status-controller";
/** So many kinds of a policy are checked (apiserver, policy/validating/typechecking.go). */
const MAX_TYPES = 10;

/** Type checks the expressions of ValidatingAdmissionPolicies against the kinds that they name, and says so in their status. */
export const validatingAdmissionPolicyStatusController: ControllerFactory = {
  name: NAME,
  create: ({ client, informers }) => {
    const policies = informers.informer(VALIDATING_ADMISSION_POLICIES);
    const source = createTypeSource(client);
    return {
      concurrency: 5,
      watches: [watchOf(policies)],
      reconcile: async (name) => {
        const policy = policies.lister.get(name);
        const generation = policy?.metadata?.generation ?? 0;
        if (policy === undefined || generation <= (policy.status?.observedGeneration ?? 0)) return undefined;
        const warnings = checkTypes(policy, await typesOf(policy, source), await paramsOf(policy, source));
        const body = {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingAdmissionPolicy",
          metadata: { name },
          status: {
            observedGeneration: generation,
            typeChecking: warnings.length === 0 ? {} : { expressionWarnings: warnings },
          },
        };
        const options = { fieldManager: NAME, force: true, subresource: "status" };
        try {
          await client.resource(VALIDATING_ADMISSION_POLICIES).patch(name, { type: "apply", body }, options);
        } catch (error) {
          if (!hasReason(error, "NotFound")) throw error;
        }
        return undefined;
      },
    };
  },
};

async function typesOf(policy: ValidatingAdmissionPolicy, source: TypeSource): Promise<readonly CheckedType[]> {
  const types = new Map<string, DeclType>();
  for (const resource of namedResources(policy).slice(0, MAX_TYPES)) {
    const kind = await source.kindOf(resource);
    const declType = kind && (await source.declTypeOf(kind));
    if (declType !== undefined) types.set(`${kind?.group}/${kind?.version}, Kind=${kind?.kind}`, declType);
  }
  return [...types].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, declType]) => ({ kind, declType }));
}

async function paramsOf({ spec }: ValidatingAdmissionPolicy, source: TypeSource): Promise<DeclType | undefined> {
  if (spec?.paramKind === undefined) return undefined;
  const { apiVersion = "", kind = "" } = spec.paramKind;
  return source.declTypeOf({ ...parseApiVersion(apiVersion), kind });
}
