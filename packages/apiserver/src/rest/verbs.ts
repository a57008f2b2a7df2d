import type { ApiResponse } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";
import { create } from "./create.ts";
import { remove, removeCollection } from "./delete.ts";
import { patch } from "./patch.ts";
import { get, list } from "./read.ts";
import type { RestContext } from "./rest-context.ts";
import { update } from "./update.ts";
import { watch } from "./watch.ts";

/** How each verb is answered for stored resources. */
export const storedVerbs: Readonly<
  Record<string, (rest: RestContext, request: ResourceRequest) => Promise<ApiResponse>>
> = { get, list, watch, create, update, patch, delete: remove, deletecollection: removeCollection };
