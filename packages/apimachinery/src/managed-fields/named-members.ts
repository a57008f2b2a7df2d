import { FieldSet } from "./field-set.ts";
import type { FieldType } from "./field-type.ts";

/** The set with every declared field that something below is owned of made a member itself. */
export function withNamedFields(set: FieldSet, type: FieldType | undefined): FieldSet {
  if (set.isEmpty) return set;
  const named = new FieldSet();
  for (const [element, member, children] of set.entries()) {
    const declared = type?.kind === "map" && element.startsWith("f:") && type.declares(element.slice(2));
    const below = belowOf(type, element);
    named.put(element, member || (declared && !children.isEmpty), withNamedFields(children, below));
  }
  return named;
}

function belowOf(type: FieldType | undefined, element: string): FieldType | undefined {
  if (type === undefined) return undefined;
  if (element.startsWith("f:"))
    return type.kind === "map" ? type.member(element.slice(2)) : type.kind === "any" ? type : undefined;
  return type.kind === "list" ? type.element() : undefined;
}
