const DOMAIN = /^(?:localhost|\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::\d+)?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Adds `:latest` to a reference that has neither tag nor digest; undefined when it is no image reference. */
export function withDefaultTag(image: string): string | undefined {
  const [withoutDigest = "", digest, ...more] = image.split("@");
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  const slash = withoutDigest.lastIndexOf("/");
  const colon = withoutDigest.indexOf(":", slash + 1);
  const name = colon < 0 ? withoutDigest : withoutDigest.slice(0, colon);
  const tag = colon < 0 ? undefined : withoutDigest.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  if (!isName(name)) return undefined;
  return tag === undefined && digest === undefined ? `${image}:latest` : image;
}

function isName(name: string): boolean {
  const components = name.split("/");
  const [first = ""] = components;
  const hasDomain = components.length > 1 && (/[.:]/.test(first) || first === "localhost" || /[A-Z]/.test(first));
  if (hasDomain && !DOMAIN.test(first)) return false;
  return components.slice(hasDomain ? 1 : 0).every((component) => COMPONENT.test(component));
}
