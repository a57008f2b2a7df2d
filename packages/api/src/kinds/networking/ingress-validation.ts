import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, notSupported, parseIp, required } from "@pinnace/apimachinery";
import { all, each, fields, ifPresent, ifSet, needed, neededItems, type Rule, text } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain, legacyIp, portName, portNumber, wildcardSubdomain } from "../rules/text.ts";
import { typedReference } from "./references.ts";

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";
const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];
const NOT_IN_PATHS = ["//", "/./", "/../", "%2f", "%2F"];
const NOT_AT_THE_END = ["/..", "/."];

const namedByDns: Rule = (value, path, errors) => {
  if (parseIp(value, { sloppy: true })) {
    errors.push(invalidValue(path, value, "must be a DNS name, not an IP address"));
  }
};

const hostName: Rule = (value, path, errors, owner) =>
  text(value.includes("*") ? wildcardSubdomain : dnsSubdomain)(value, path, errors, owner);

function servicePort(port: Draft, backend: FieldPath, path: FieldPath, errors: FieldError[]): void {
  if (port?.name && port.number) errors.push(invalidValue(backend, "", "cannot set both port name & port number"));
  else if (port?.name) text(portName)(port.name, path.child("name"), errors, port);
  else if (!port?.number) errors.push(required(backend, "port name or number is required"));
  else
    for (const message of portNumber(port.number))
      errors.push(invalidValue(path.child("number"), port.number, message));
}

const backend: Rule = (value, path, errors, owner) => {
  const { resource, service } = value ?? {};
  if (resource && service) errors.push(invalidValue(path, "", "cannot set both resource and service backends"));
  else if (resource) typedReference(resource, path.child("resource"), errors, owner);
  else if (!service) errors.push(invalidValue(path, "", "resource or service backend is required"));
  else {
    needed(text(dnsLabel))(service.name, path.child("service", "name"), errors, service);
    servicePort(service.port, path, path.child("service", "port"), errors);
  }
};

const absolutePath: Rule = (value, path, errors, { pathType }) => {
  const url: string = value ?? "";
  const literal = pathType !== "ImplementationSpecific";
  if (!url.startsWith("/") && (url !== "" || literal)) errors.push(invalidValue(path, url, "must be an absolute path"));
  if (!literal) return;
  for (const part of NOT_IN_PATHS) {
    if (url.includes(part)) errors.push(invalidValue(path, url, `must not contain '${part}'`));
  }
  for (const end of NOT_AT_THE_END) {
    if (url.endsWith(end)) errors.push(invalidValue(path, url, `cannot end with '${end}'`));
  }
};

const httpPath: Rule = (value, path, errors, owner) => {
  const { pathType } = value;
  if (!pathType) return void errors.push(required(path.child("pathType"), "pathType must be specified"));
  if (PATH_TYPES.includes(pathType)) fields({ path: absolutePath })(value, path, errors, owner);
  else errors.push(notSupported(path.child("pathType"), pathType, PATH_TYPES));
  fields({ backend })(value, path, errors, owner);
};

const rules = each(
  fields({ host: ifSet(all(namedByDns, hostName)), http: ifPresent(fields({ paths: neededItems(each(httpPath)) })) }),
);

const somethingToServe: Rule = (value, path, errors) => {
  if (value?.defaultBackend || (value?.rules ?? []).length > 0) return;
  errors.push(invalidValue(path, value?.rules ?? null, "either `defaultBackend` or `rules` must be specified"));
};

/** An Ingress. */
export const ingressRule: Rule = fields({
  spec: all(
    somethingToServe,
    fields({
      defaultBackend: ifPresent(backend),
      rules,
      tls: each(fields({ hosts: each(hostName), secretName: ifSet(text(dnsSubdomain)) })),
      ingressClassName: ifPresent(text(dnsSubdomain)),
    }),
  ),
});

/** The annotation that named the class before the field did, where they differ. */
export function classConflict({ metadata, spec }: Draft): FieldError[] {
  const annotation = metadata?.annotations?.[CLASS_ANNOTATION];
  const own = spec?.ingressClassName;
  if (annotation === undefined || own === undefined || annotation === own) return [];
  const path = fieldPath("annotations").child(CLASS_ANNOTATION);
  return [invalidValue(path, annotation, "must match `ingressClassName` when both are specified")];
}

/** Warns about the annotation where the field is not used. */
export function classWarnings({ metadata, spec }: Draft): string[] {
  if (metadata?.annotations?.[CLASS_ANNOTATION] === undefined || spec?.ingressClassName !== undefined) return [];
  return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
}

/** Addresses of the load balancer; those that were there may stay. */
export function loadBalancerErrors({ status }: Draft, old: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const before = (old.status?.loadBalancer?.ingress ?? []).flatMap((item: Draft) => item.ip ?? []);
  const address = fields({
    ip: ifSet(legacyIp(before)),
    hostname: ifSet(all(text(dnsSubdomain), namedByDns)),
  });
  each(address)(status?.loadBalancer?.ingress, fieldPath("status", "loadBalancer", "ingress"), errors, status);
  return errors;
}
