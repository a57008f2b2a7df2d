import type { ResourceDefinition, Strategy } from "@pinnace/apimachinery";

/**
 * What is peculiar to one built-in kind at one version, beside the facts that are generated. Every member is optional: an
 * absent one means the generic behaviour (nothing to default, status dropped on create and protected on update, the
 * columns `Name` and `Created At`, no selectable fields).
 */
export type KindBehaviour = Partial<
  Pick<ResourceDefinition, "default" | "columns" | "fields" | "fieldNames" | "conversion" | "deprecation">
> & {
  /** One cell per column. `object` is a frozen object of this version; behaviours narrow it to their own type. */
  // biome-ignore lint/suspicious/noExplicitAny: a table of behaviours for many object types
  readonly cells?: (object: any, context: { readonly now: number }) => ReturnType<ResourceDefinition["cells"]>;
  /** Members that are given replace the generic strategy's. */
  readonly strategy?: Partial<Strategy>;
  /** For writes through `status`. Members that are given replace the generic one, which keeps all but status and metadata. */
  readonly statusStrategy?: Partial<Strategy>;
  /** For writes through other stored subresources (`scale`, `resize`, `ephemeralcontainers`, `approval`, `finalize`, ...), by name. */
  readonly subresourceStrategies?: Readonly<Record<string, Partial<Strategy>>>;
};
