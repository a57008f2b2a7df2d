import { type ClientConfig, type ServerView, WebhookCallError, type WebhookClient } from "@pinnace/admission";
import {
  type Draft,
  deepEqual,
  fieldPath,
  type KubernetesObject,
  type RemoteConversion,
  thaw,
  unknownError,
  validateAnnotations,
  validateLabels,
} from "@pinnace/apimachinery";

/** `spec.conversion.webhook` of a CustomResourceDefinition. */
interface ConversionWebhook {
  readonly clientConfig: ClientConfig;
  readonly conversionReviewVersions: readonly string[];
}

interface ConversionComponents {
  readonly client: WebhookClient;
  readonly server: ServerView;
  /** Makes the uid of a review. */
  readonly uuid: () => string;
}

const TIMEOUT_SECONDS = 30;
const GROUP = "apiextensions.k8s.io";
const KNOWN = ["v1", "v1beta1"];

/** Conversion of custom resources by a webhook (apiextensions/v1 ConversionReview). `complete` prunes and defaults what it gave. */
export function webhookConversion(
  { client, server, uuid }: ConversionComponents,
  { clientConfig, conversionReviewVersions }: ConversionWebhook,
  complete: (object: Draft) => void,
): RemoteConversion {
  return {
    async convert(objects, apiVersion) {
      const kind = kindText(objects[0]);
      const fail = (why: string): Error => unknownError(`conversion webhook for ${kind} ${why}`);
      const version = conversionReviewVersions.find((each) => KNOWN.includes(each));
      if (version === undefined) throw unknownError("no supported conversion review versions");
      const uid = uuid();
      const request = { uid, desiredAPIVersion: apiVersion, objects };
      const review = { kind: "ConversionReview", apiVersion: `${GROUP}/${version}`, request };
      const answer = await client.post(server, clientConfig, review, TIMEOUT_SECONDS).catch((error: unknown) => {
        throw error instanceof WebhookCallError ? fail(`failed: ${error.message}`) : error;
      });
      const wrong = answerFault(answer, version, uid);
      if (wrong !== undefined) throw fail(`failed: ${wrong}`);
      const converted: readonly Draft[] = answer.response.convertedObjects ?? [];
      if (converted.length !== objects.length)
        throw fail(`returned ${converted.length} objects, expected ${objects.length}`);
      return objects.map((original, index) => {
        const result = converted[index];
        const fault = objectFault(original, result, apiVersion);
        if (fault !== undefined) throw fail(`returned invalid ${fault}`);
        const object = withMetadataOf(original, result);
        complete(object);
        return object;
      });
    },
  };
}

function kindText(object: KubernetesObject | undefined): string {
  return `${object?.apiVersion}, Kind=${object?.kind}`;
}

function answerFault(answer: Draft, version: string, uid: string): string | undefined {
  const { apiVersion = "", kind = "", response } = answer;
  const strict = version === "v1";
  if (strict && (apiVersion !== `${GROUP}/v1` || kind !== "ConversionReview"))
    return `expected webhook response of ${GROUP}/v1, Kind=ConversionReview, got ${apiVersion}, Kind=${kind}`;
  if (!response) return "no response provided";
  if (strict && response.uid !== uid)
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`;
  const { status = "", message = "" } = response.result ?? {};
  if (status === "Success") return undefined;
  return message || `response.result.status was '${status}', not 'Success'`;
}

/** What a webhook may not do to an object: give it another identity, or labels that are none. */
function objectFault(original: Draft, result: Draft, apiVersion: string): string | undefined {
  if (typeof result !== "object" || result === null) return "object at index 0: it is no object";
  const version = "object at index 0: invalid groupVersion";
  if (result.apiVersion !== apiVersion)
    return `${version} (expected ${apiVersion}, received ${result.apiVersion ?? ""})`;
  if (result.kind !== original.kind)
    return `object at index 0: invalid kind (expected ${original.kind}, received ${result.kind ?? ""})`;
  for (const [name, shown] of [
    ["name", "name"],
    ["namespace", "namespace"],
    ["uid", "UID"],
  ] as const) {
    const [before = "", after = ""] = [original.metadata?.[name], result.metadata?.[name]];
    if (before !== after) return `object: must have the same ${shown}: ${before} != ${after}`;
  }
  if (typeof result.metadata !== "object" || result.metadata === null)
    return "metadata: missing metadata in converted object";
  return labelFault(original.metadata ?? {}, result.metadata);
}

function labelFault(before: Draft, after: Draft): string | undefined {
  for (const field of ["labels", "annotations"] as const) {
    const values = after[field] ?? {};
    for (const [key, value] of Object.entries(values))
      if (typeof value !== "string")
        return `metadata: metadata.${field}[${key}] must be a string, but is ${typeof value} in converted object`;
    if (deepEqual(values, before[field] ?? {})) continue;
    const path = fieldPath("metadata", field);
    const [error] = field === "labels" ? validateLabels(path, values) : validateAnnotations(path, values);
    if (error !== undefined) return `metadata: ${error.field}: ${error.message}`;
  }
  return undefined;
}

/** Only labels and annotations of the metadata are the webhook's to change. */
function withMetadataOf(original: Draft, result: Draft): Draft {
  const { kind, apiVersion, metadata, ...rest } = result;
  const { labels: _, annotations: __, ...kept } = thaw(original.metadata ?? {});
  return {
    kind,
    apiVersion,
    metadata: {
      ...kept,
      ...(metadata.labels ? { labels: metadata.labels } : {}),
      ...(metadata.annotations ? { annotations: metadata.annotations } : {}),
    },
    ...rest,
  };
}
