import type { Taint, Toleration } from "@pinnace/api";

/** Whether one of the tolerations covers the taint. */
export function isTolerated(
  taint: Pick<Taint, "key" | "effect"> & { readonly value?: string },
  tolerations: readonly Toleration[] | undefined,
): boolean {
  return (tolerations ?? []).some((toleration) => tolerates(toleration, taint));
}

function tolerates(
  { key, operator, value, effect }: Toleration,
  taint: { readonly key: string; readonly effect: string; readonly value?: string },
): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === "Exists") return true;
  if (operator === "Gt" || operator === "Lt") return compares(operator, value, taint.value);
  return (value ?? "") === (taint.value ?? "") && (key ?? "") !== "";
}

/** Numeric tolerations (KEP-5471): the taint's value is greater, or less, than the toleration's. */
function compares(operator: "Gt" | "Lt", value: string | undefined, taint: string | undefined): boolean {
  const integer = /^-?\d+$/;
  if (!integer.test(value ?? "") || !integer.test(taint ?? "")) return false;
  return operator === "Gt" ? BigInt(taint!) > BigInt(value!) : BigInt(taint!) < BigInt(value!);
}
