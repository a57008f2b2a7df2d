import { type Mutation, TextValue } from "@pinnace/store";

/** Each node port that a Service has is a key here, so that servers which share a store give none twice. */
const PREFIX = "/ranges/servicenodeports/";

/** Marks a port as that of a Service. */
export function takePort(port: number, namespace: string, name: string): Mutation {
  return { type: "put", key: `${PREFIX}${port}`, value: new TextValue(`${namespace}/${name}`) };
}

export function freePort(port: number): Mutation {
  return { type: "delete", key: `${PREFIX}${port}` };
}
