import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/**
 * The files that make up the configuration, as kubectl finds them: the path list in `KUBECONFIG` (duplicates and empty
 * parts dropped), else `~/.kube/config`.
 */
export function kubeconfigPaths(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): readonly string[] {
  const listed = (environment.KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  return listed.length > 0 ? [...new Set(listed)] : [join(home, ".kube", "config")];
}
