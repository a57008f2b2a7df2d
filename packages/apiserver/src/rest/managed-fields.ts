import { apiVersionOf, type Draft, type KubernetesObject } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";
import type { RestContext } from "./rest-context.ts";
