import { isObject, type MutableObject, memberOf } from "../member.ts";
import type { Schema, SchemaResolver } from "../schema.ts";
import { resolveSchema } from "../schema.ts";
import { pathText } from "./json-reader.ts";

/** Members that every object has, whatever a custom resource's schema says. */
const OBJECT_MEMBERS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/**
 * Drops what the structural schema of a custom resource does not declare, in place, and lists the paths (`spec.z`). The root keeps
 * `apiVersion`, `kind` and `metadata`, as does every `x-kubernetes-embedded-resource`; below
 * `x-kubernetes-preserve-unknown-fields` only declared members are looked into.
 */
export function pruneUnknown(draft: unknown, schema: Schema, resolve: SchemaResolver): readonly string[] {
  const pruner = new Pruner(resolve);
  pruner.prune(draft, schema, true);
  return pruner.paths;
}

class Pruner {
  readonly paths: string[] = [];
  readonly #resolve: SchemaResolver;
  readonly #path: (string | number)[] = [];

  constructor(resolve: SchemaResolver) {
    this.#resolve = resolve;
  }

  prune(value: unknown, written: Schema | undefined, isObjectRoot: boolean): void {
    if (written === undefined || typeof value !== "object" || value === null) return;
    const schema = resolveSchema(written, this.#resolve);
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) this.#below(index, item, schema.items);
    } else if (isObject(value)) {
      this.#object(value, schema, isObjectRoot || schema["x-kubernetes-embedded-resource"] === true);
    }
  }

  #object(value: MutableObject, schema: Schema, isObjectRoot: boolean): void {
    const keepAll = schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true;
    const rest = isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
    for (const name of Object.keys(value)) {
      if (isObjectRoot && OBJECT_MEMBERS.has(name)) continue;
      const member = memberOf(schema.properties, name) ?? rest;
      if (member !== undefined) this.#below(name, value[name], member);
      else if (!keepAll) {
        this.paths.push(pathText([...this.#path, name]));
        delete value[name];
      }
    }
  }

  #below(step: string | number, value: unknown, schema: Schema | undefined): void {
    this.#path.push(step);
    this.prune(value, schema, false);
    this.#path.pop();
  }
}
