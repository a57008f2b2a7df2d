import { all, fields, ifPresent, ifSet, needed, type Rule, text } from "../rules/rule.ts";
import { dnsSubdomain, pathSegment } from "../rules/text.ts";

/** An object of some kind, by name: an ingress's backend, and the parameters of its class. */
export const typedReference: Rule = fields({
  apiGroup: ifPresent(text(dnsSubdomain)),
  kind: needed(text(pathSegment)),
  name: needed(text(pathSegment)),
});

/** The object that an address belongs to. */
export const parentReference: Rule = all(
  needed(),
  ifPresent(
    fields({
      group: ifSet(text(dnsSubdomain)),
      resource: needed(text(pathSegment)),
      name: needed(text(pathSegment)),
      namespace: ifSet(text(pathSegment)),
    }),
  ),
);
