/** major, minor, patch */
type Version = readonly [number, number, number];

function parse(version: string): Version | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function atLeast([major, minor, patch]: Version, [wantedMajor, wantedMinor, wantedPatch]: Version): boolean {
  if (major !== wantedMajor) return major > wantedMajor;
  return minor === wantedMinor ? patch >= wantedPatch : minor > wantedMinor;
}

/** The first version with fragments and requests for progress. */
const OLDEST: Version = [3, 4, 0];

/** Whether the store can work with this version of etcd. */
export function isSupported(version: string): boolean {
  const parsed = parse(version);
  return parsed !== undefined && atLeast(parsed, OLDEST);
}

/**
 * Before 3.4.25 and 3.5.8 an answer to a request for progress could overtake events (etcd-io/etcd#15220); Kubernetes
 * draws the same line.
 */
export function tellsProgressInOrder(version: string): boolean {
  const parsed = parse(version);
  if (parsed === undefined) return false;
  return atLeast(parsed, [3, 5, 0]) ? atLeast(parsed, [3, 5, 8]) : atLeast(parsed, [3, 4, 25]);
}
