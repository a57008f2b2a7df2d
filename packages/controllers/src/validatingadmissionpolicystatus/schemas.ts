import { builtInResources, builtInSchema, definitionNameOfType, resolveBuiltInSchema } from "@pinnace/api";
import { apiVersionOf, hasReason, type Schema } from "@pinnace/apimachinery";
import { type DeclType, declTypeOfSchema, nameDecl } from "@pinnace/cel";
import type { Client } from "@pinnace/client";
import type { NamedResource } from "./kinds-to-check.ts";

/** A kind of a served version. */
interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Finds kinds and what their objects look like: built-in ones at once, others by asking the server. */
export interface TypeSource {
  kindOf(resource: NamedResource): Promise<Kind | undefined>;
  declTypeOf(kind: Kind): Promise<DeclType | undefined>;
}

const builtIn = new Map<string, DeclType | undefined>();

export function createTypeSource(client: Client): TypeSource {
  return {
    async kindOf({ group, version, resource }) {
      const known = builtInResources().find(
        (each) => each.group === group && each.version === version && each.resource === resource,
      );
      if (known !== undefined) return { group, version, kind: known.kind };
      const list = await ask<{ resources?: readonly { name: string; kind: string }[] }>(client, pathOf(group, version));
      const kind = list?.resources?.find(({ name }) => name === resource)?.kind;
      return kind === undefined ? undefined : { group, version, kind };
    },
    async declTypeOf(kind) {
      const own = builtInResources().find(
        (each) => each.group === kind.group && each.version === kind.version && each.kind === kind.kind,
      );
      return own === undefined ? servedDeclType(client, kind) : builtInDeclType(own.package, kind.kind);
    },
  };
}

function builtInDeclType(typePackage: string, kind: string): DeclType | undefined {
  const name = definitionNameOfType(`${typePackage}.${kind}`);
  if (!builtIn.has(name)) {
    const schema = builtInSchema(name);
    const type = schema && declTypeOfSchema(schema, { root: true, resolve: resolveBuiltInSchema });
    builtIn.set(name, type && nameDecl(type, kind));
  }
  return builtIn.get(name);
}

const PREFIX = "#/components/schemas/";

/** From the OpenAPI document of the group version. */
async function servedDeclType(client: Client, kind: Kind): Promise<DeclType | undefined> {
  const path = `/openapi/v3${pathOf(kind.group, kind.version)}`;
  const document = await ask<{ components?: { schemas?: Record<string, Schema> } }>(client, path);
  const schemas = document?.components?.schemas ?? {};
  const schema = Object.values(schemas).find((each) =>
    each["x-kubernetes-group-version-kind"]?.some(
      ({ group, version, kind: name }) => group === kind.group && version === kind.version && name === kind.kind,
    ),
  );
  const resolve = (ref: string): Schema => schemas[ref.replace(PREFIX, "")] ?? {};
  const type = schema && declTypeOfSchema(schema, { root: true, resolve });
  return type && nameDecl(type, kind.kind);
}

function pathOf(group: string, version: string): string {
  return group === "" ? `/api/${version}` : `/apis/${apiVersionOf({ group, version })}`;
}

async function ask<T>(client: Client, path: string): Promise<T | undefined> {
  try {
    return (await client.raw({ path })).object as T;
  } catch (error) {
    if (hasReason(error, "NotFound")) return undefined;
    throw error;
  }
}
