import type { Json, JsonObject } from "@pinnace/apimachinery";
import { ProtobufWriter } from "./protobuf-writer.ts";

/** What clients ask for in `Accept`. */
export const OPENAPI_V2_PROTOBUF_ACCEPT = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
/** What the answer's `Content-Type` must say: Go's parser refuses the `@`. */
export const OPENAPI_V2_PROTOBUF_CONTENT_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/** How one member of a JSON object becomes a field of a message. */
type Member = readonly [field: number, write: (writer: ProtobufWriter, field: number, value: Json) => void];
type Message = Readonly<Record<string, Member>>;

const text: Member[1] = (writer, field, value) => writer.text(field, String(value));
const flag: Member[1] = (writer, field, value) => writer.varint(field, value === true ? 1 : 0);
const whole: Member[1] = (writer, field, value) => writer.varint(field, Number(value));
const real: Member[1] = (writer, field, value) => writer.double(field, Number(value));
const texts: Member[1] = (writer, field, value) => {
  for (const item of value as readonly string[]) writer.text(field, item);
};
/** Any JSON, as the YAML text that it also is. */
const any: Member[1] = (writer, field, value) => writer.message(field, (inner) => inner.text(2, JSON.stringify(value)));
const anys: Member[1] = (writer, field, value) => {
  for (const item of value as readonly Json[]) any(writer, field, item);
};

function message(shape: () => Message, extensionField: number): Member[1] {
  return (writer, field, value) =>
    writer.message(field, (inner) => writeMembers(inner, value as JsonObject, shape(), extensionField));
}

/** A map as repeated pairs of name (1) and value (2) within a message whose only field has the number `pairs`. */
function pairs(each: Member[1], pairField: number): Member[1] {
  return (writer, field, value) =>
    writer.message(field, (inner) => {
      for (const [name, member] of Object.entries(value as JsonObject))
        inner.message(pairField, (pair) => {
          pair.text(1, name);
          each(pair, 2, member);
        });
    });
}

function writeMembers(writer: ProtobufWriter, object: JsonObject, shape: Message, extensionField: number): void {
  for (const [name, value] of Object.entries(object)) {
    const member = shape[name];
    if (member !== undefined) member[1](writer, member[0], value);
    else if (name.startsWith("x-"))
      writer.message(extensionField, (pair) => {
        pair.text(1, name);
        any(pair, 2, value);
      });
  }
}

const schemaMessage: Member[1] = message(() => schemaShape, 31);

const oneSchema: Member[1] = (writer, field, value) =>
  writer.message(field, (inner) => {
    if (typeof value === "boolean") inner.varint(2, value ? 1 : 0);
    else schemaMessage(inner, 1, value);
  });

const schemaShape: Message = {
  $ref: [1, text],
  format: [2, text],
  title: [3, text],
  description: [4, text],
  default: [5, any],
  multipleOf: [6, real],
  maximum: [7, real],
  exclusiveMaximum: [8, flag],
  minimum: [9, real],
  exclusiveMinimum: [10, flag],
  maxLength: [11, whole],
  minLength: [12, whole],
  pattern: [13, text],
  maxItems: [14, whole],
  minItems: [15, whole],
  uniqueItems: [16, flag],
  maxProperties: [17, whole],
  minProperties: [18, whole],
  required: [19, texts],
  enum: [20, anys],
  additionalProperties: [21, oneSchema],
  type: [22, (writer, field, value) => writer.message(field, (inner) => inner.text(1, String(value)))],
  items: [23, (writer, field, value) => writer.message(field, (inner) => schemaMessage(inner, 1, value))],
  allOf: [
    24,
    (writer, field, value) => {
      for (const item of value as readonly Json[]) schemaMessage(writer, field, item);
    },
  ],
  properties: [25, pairs(schemaMessage, 1)],
};

const bodyShape: Message = {
  description: [1, text],
  name: [2, text],
  in: [3, text],
  required: [4, flag],
  schema: [5, schemaMessage],
};

const queryShape: Message = {
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [6, text],
  format: [7, text],
  uniqueItems: [20, flag],
};

const pathShape: Message = {
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [5, text],
  format: [6, text],
  uniqueItems: [19, flag],
};

/** A `Parameter`: a body, or one of the others by its place. */
const parameter: Member[1] = (writer, field, value) => {
  const place = (value as JsonObject).in;
  writer.message(field, (inner) => {
    if (place === "body") message(() => bodyShape, 6)(inner, 1, value);
    else
      inner.message(2, (other) =>
        place === "path"
          ? message(() => pathShape, 22)(other, 4, value)
          : message(() => queryShape, 23)(other, 3, value),
      );
  });
};

const parameters: Member[1] = (writer, field, value) => {
  for (const item of value as readonly JsonObject[])
    writer.message(field, (inner) => {
      if (item.$ref === undefined) parameter(inner, 1, item);
      else inner.message(2, (reference) => reference.text(1, String(item.$ref)));
    });
};

const responseShape: Message = {
  description: [1, text],
  schema: [2, (writer, field, value) => writer.message(field, (inner) => schemaMessage(inner, 1, value))],
};

const response: Member[1] = (writer, field, value) =>
  writer.message(field, (inner) => message(() => responseShape, 5)(inner, 1, value));

const operationShape: Message = {
  tags: [1, texts],
  summary: [2, text],
  description: [3, text],
  operationId: [5, text],
  produces: [6, texts],
  consumes: [7, texts],
  parameters: [8, parameters],
  responses: [9, pairs(response, 1)],
  schemes: [10, texts],
  deprecated: [11, flag],
};

const operation: Member[1] = message(() => operationShape, 13);

const pathItemShape: Message = {
  get: [2, operation],
  put: [3, operation],
  post: [4, operation],
  delete: [5, operation],
  options: [6, operation],
  head: [7, operation],
  patch: [8, operation],
  parameters: [9, parameters],
};

const infoShape: Message = { title: [1, text], version: [2, text], description: [3, text] };
const keyShape: Message = { type: [1, text], name: [2, text], in: [3, text], description: [4, text] };

const securityItem: Member[1] = (writer, field, value) =>
  writer.message(field, (inner) => message(() => keyShape, 5)(inner, 2, value));

const security: Member[1] = (writer, field, value) => {
  const scopes: Member[1] = (inner, number, names) => inner.message(number, (list) => texts(list, 1, names));
  for (const item of value as readonly Json[]) pairs(scopes, 1)(writer, field, item);
};

const documentShape: Message = {
  swagger: [1, text],
  info: [2, message(() => infoShape, 7)],
  paths: [
    8,
    pairs(
      message(() => pathItemShape, 10),
      2,
    ),
  ],
  definitions: [9, pairs(schemaMessage, 1)],
  parameters: [10, pairs(parameter, 1)],
  security: [12, security],
  securityDefinitions: [13, pairs(securityItem, 1)],
};

/** An OpenAPI v2 document as the message `openapi.v2.Document` of gnostic, which kubectl up to 1.28 needs. */
export function encodeOpenApiV2(document: JsonObject): Uint8Array {
  const writer = new ProtobufWriter();
  writeMembers(writer, document, documentShape, 16);
  return writer.finish();
}
