import { badRequest, type Draft } from "@pinnace/apimachinery";

/** The container that a request means: the named one, or the only one. Throws 400. */
export function chooseContainer(pod: Draft, asked: string | null): string {
  const { name } = pod.metadata;
  const names = (list: Draft[] | undefined): string[] => (list ?? []).map((each) => each.name);
  const containers = names(pod.spec.containers);
  const init = names(pod.spec.initContainers);
  const all = [...containers, ...init, ...names(pod.spec.ephemeralContainers)];
  if (asked !== null && asked !== "") {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  if (containers.length === 1) return containers[0]!;
  const alternatives = init.length === 0 ? "" : ` or one of the init containers: [${init.join(" ")}]`;
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${containers.join(" ")}]${alternatives}`,
  );
}
