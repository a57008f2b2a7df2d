import { forbidden, type StatusError } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "./contract.ts";

/** The name that refusals show: of a new object without one its generateName, else `Unknown`. */
export function nameOf(request: AdmissionRequest): string {
  if (request.name !== "") return request.name;
  const { name, generateName } = request.object?.metadata ?? {};
  return name || generateName || "Unknown";
}

/** 403 Forbidden: `pods "x" is forbidden: why`. */
export function refusal(request: AdmissionRequest, why: string): StatusError {
  return forbidden(request.definition.group, request.definition.resource, nameOf(request), why);
}

/** 403 Forbidden with several reasons: one alone, several as `[a, b]`. */
export function refusals(request: AdmissionRequest, reasons: readonly string[]): StatusError {
  return refusal(request, reasons.length === 1 ? (reasons[0] ?? "") : `[${reasons.join(", ")}]`);
}
