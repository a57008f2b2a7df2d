import type { Container } from "@pinnace/api";

/** The number of a port that is given as a number or as the name of a container port; undefined when there is none. */
export function resolvePort(container: Container, port: string | number): number | undefined {
  const named = (container.ports ?? []).find(({ name }) => name !== undefined && name === port);
  const number = named?.containerPort ?? Number(port);
  return Number.isInteger(number) && number > 0 && number < 65_536 ? number : undefined;
}
