import type { Conversion, Draft } from "@pinnace/apimachinery";

/** Members of a request that resource.k8s.io/v1 moved into `exactly`. */
const exactMembers = [
  "deviceClassName",
  "selectors",
  "allocationMode",
  "count",
  "adminAccess",
  "tolerations",
  "capacity",
] as const;

/** Members move between an object and one of its members; those that are absent stay absent. */
function nest(object: Draft, into: string, names: readonly string[]): void {
  const inner: Draft = {};
  for (const name of names) {
    if (object[name] !== undefined && object[name] !== "") inner[name] = object[name];
    delete object[name];
  }
  if (Object.keys(inner).length > 0) object[into] = inner;
}

function dissolve(object: Draft, member: string): void {
  Object.assign(object, object[member]);
  delete object[member];
}

function eachRequest(spec: Draft, change: (request: Draft) => void): void {
  for (const request of spec?.devices?.requests ?? []) change(request);
}

function conversion(
  apiVersion: string,
  toStorage: (draft: Draft) => void,
  fromStorage: (draft: Draft) => void,
): Conversion {
  return {
    toStorage(draft) {
      toStorage(draft);
      draft.apiVersion = "resource.k8s.io/v1";
    },
    fromStorage(draft) {
      fromStorage(draft);
      draft.apiVersion = apiVersion;
    },
  };
}

const beta1 = "resource.k8s.io/v1beta1";
const toExactly = (request: Draft): void => nest(request, "exactly", exactMembers);
const fromExactly = (request: Draft): void => dissolve(request, "exactly");

/** resource.k8s.io/v1beta1 ResourceClaim, stored as v1: a request's members are in `exactly`. */
export const resourceClaimConversion: Conversion = conversion(
  beta1,
  (draft) => eachRequest(draft.spec, toExactly),
  (draft) => eachRequest(draft.spec, fromExactly),
);

/** The same within a template. */
export const resourceClaimTemplateConversion: Conversion = conversion(
  beta1,
  (draft) => eachRequest(draft.spec?.spec, toExactly),
  (draft) => eachRequest(draft.spec?.spec, fromExactly),
);

/** resource.k8s.io/v1beta1 ResourceSlice, stored as v1: what a device has is not in `basic` any more. */
export const resourceSliceConversion: Conversion = conversion(
  beta1,
  (draft) => {
    for (const device of draft.spec?.devices ?? []) dissolve(device, "basic");
  },
  (draft) => {
    for (const device of draft.spec?.devices ?? [])
      nest(
        device,
        "basic",
        Object.keys(device).filter((name) => name !== "name"),
      );
  },
);
