import { type Decoded, unsupportedMediaType } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";
import type { WriteOptions } from "./options.ts";
import type { RestContext } from "./rest-context.ts";
import type { Change } from "./update.ts";

/** Server-side apply as a change of the stored object. */
export function applyChange(_rest: RestContext, _request: ResourceRequest, _decoded: Decoded, _options: WriteOptions): Change {
  throw unsupportedMediaType([]);
}
