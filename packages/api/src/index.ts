/**
 * The built-in kinds of Kubernetes 1.36: their TypeScript types, schemas, defaults, validation, columns and conversions,
 * as data that an API server, a client or a test can use without one another.
 *
 * Every kind has a type (`Pod`), every resource that is served by default a constant that names it and carries the type
 * (`PODS`), and every resource version a definition that drives REST, discovery, tables and OpenAPI. Types of versions
 * that are off by default come as one name per package (`resourceV1beta1.DeviceClass`). Two kinds of one name are told
 * apart by their group: `Event` is the core group's, `EventsV1Event` the other.
 *
 * ```ts
 * import { builtInSchema, createBuiltInDefinitions, DEPLOYMENTS, type Deployment } from "@pinnace/api";
 *
 * const web: Deployment = {
 *   apiVersion: "apps/v1",
 *   kind: "Deployment",
 *   metadata: { name: "web", namespace: "default" },
 *   spec: {
 *     replicas: 3,
 *     selector: { matchLabels: { app: "web" } },
 *     template: {
 *       metadata: { labels: { app: "web" } },
 *       spec: { containers: [{ name: "web", image: "nginx" }] },
 *     },
 *   },
 * };
 *
 * const definition = createBuiltInDefinitions().find((each) => each.kind === DEPLOYMENTS.kind);
 * console.log(definition?.shortNames, web.spec?.replicas); // [ "deploy" ] 3
 * console.log(builtInSchema("io.k8s.api.core.v1.Container")?.required); // [ "name" ]
 * ```
 *
 * ## What a server does with a request
 *
 * A Go server reads a request into structs and writes structs back, which shows: `restartPolicy: ""` is as good as none,
 * and an answer has `status: {}` though nobody sent it. The same in three steps on a decoded draft: `dropZeroValues`,
 * then the definition's `default`, then `completeZeroValues`. What comes out is what upstream stores, so that
 * managed fields, patches and answers agree with it. Bodies in protobuf go through `decodeProtobuf` first and are
 * then like any other.
 *
 * ## OpenAPI
 *
 * `openApiV3Keys` lists the documents of a server, `openApiV3Document` makes one, `openApiV2Document` the
 * older single one and `encodeOpenApiV2` the protobuf form that kubectl up to 1.28 reads. All take resource definitions, so
 * custom resources come with the built-in ones. `loadDescriptions` loads the texts that `kubectl explain` shows; they
 * are in a part of their own, which nothing else loads.
 *
 * ## Where it comes from
 *
 * `npm run generate:api` makes `src/generated` from the models of `@kubernetes/client-node`, the texts of `kubernetes-models` and tables of facts about the
 * wire format (`tools/generate-api/facts`). The texts are those of the Kubernetes API reference (The Kubernetes Authors,
 * Apache-2.0).
 *
 * @packageDocumentation
 */
export { definitionNameOfType, typeOfDefinitionName, typeOfKind } from "./definition-names.ts";
export { type Descriptions, loadDescriptions } from "./descriptions.ts";
export type { FeatureGates } from "./features/feature-gates.ts";
export * from "./generated/resource-types.ts";
export type * from "./generated/types/index.ts";
export * from "./kind-behaviour.ts";
export { type RuleFindings, type RuleValidator, ruleValidator } from "./kinds/apiextensions/rule-validator.ts";
export { MANDATORY_FLOW_SCHEMAS, MANDATORY_PRIORITY_LEVELS } from "./kinds/flowcontrol/mandatory.ts";
export { openApiV2Document } from "./openapi-v2.ts";
export {
  encodeOpenApiV2,
  OPENAPI_V2_PROTOBUF_ACCEPT,
  OPENAPI_V2_PROTOBUF_CONTENT_TYPE,
} from "./openapi-v2-protobuf.ts";
export { openApiV3Document, openApiV3Key, openApiV3Keys } from "./openapi-v3.ts";
export { decodeProtobuf, PROTOBUF_MEDIA_TYPE } from "./protobuf-decode.ts";
export { type BuiltInDefinitionsOptions, createBuiltInDefinitions } from "./registry.ts";
export { type BuiltInResource, builtInResources } from "./resources.ts";
export { builtInSchema, resolveBuiltInSchema } from "./schemas.ts";
export { completeZeroValues, dropZeroValues } from "./zero-values.ts";
