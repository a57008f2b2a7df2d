/**
 * The tag of an image reference: `latest` when it names neither tag nor digest, "" when it has only a digest or cannot be
 * parsed. Only the part after the last slash can hold a tag; before it a colon belongs to a registry's port.
 */
export function imageTag(image: string): string {
  const digestAt = image.indexOf("@");
  const named = digestAt < 0 ? image : image.slice(0, digestAt);
  const last = named.slice(named.lastIndexOf("/") + 1);
  const colon = last.indexOf(":");
  if (!REPOSITORY.test(colon < 0 ? last : last.slice(0, colon))) return "";
  if (colon >= 0) return last.slice(colon + 1);
  return digestAt < 0 ? "latest" : "";
}

const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

/** The pull policy of an image that names none: `Always` for `latest`, else `IfNotPresent`. */
export function defaultPullPolicy(image: string | undefined): "Always" | "IfNotPresent" {
  return imageTag(image ?? "") === "latest" ? "Always" : "IfNotPresent";
}
