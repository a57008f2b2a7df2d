/**
 * Required fields of the types that upstream declares in another order than they are numbered on the wire. OpenAPI lists
 * required fields as they are declared.
 */
const declared: Readonly<Record<string, readonly string[]>> = {
  "meta/v1.APIResource": ["name", "singularName", "namespaced", "kind", "verbs"],
  "meta/v1.OwnerReference": ["apiVersion", "kind", "name", "uid"],
  "networking/v1.HTTPIngressPath": ["pathType", "backend"],
};

/** The names in the order of their declaration; `names` come as they are numbered. */
export function inDeclarationOrder(typeId: string, names: readonly string[]): readonly string[] {
  const order = declared[typeId];
  return order === undefined ? names : [...names].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}
