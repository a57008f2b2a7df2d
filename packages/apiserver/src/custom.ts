/** Whether a definition is a custom resource's: built-in ones are named `io.k8s.*`. */
export function isCustom({ definitionName }: { readonly definitionName: string }): boolean {
  return !definitionName.startsWith("io.k8s.");
}
