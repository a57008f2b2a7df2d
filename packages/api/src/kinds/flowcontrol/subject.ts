import { forbiddenField, notSupported, required } from "@pinnace/apimachinery";
import { fields, needed, type Rule, text } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain } from "../rules/text.ts";

const accountName: Rule = (value, path, errors, owner) => {
  if (value !== "*") text(dnsSubdomain)(value, path, errors, owner);
};

/** What each kind of subject is called, in the order in which the others are refused. */
const MEMBERS: Readonly<Record<string, { readonly member: string; readonly rule: Rule }>> = {
  ServiceAccount: {
    member: "serviceAccount",
    rule: fields({
      name: needed(accountName),
      namespace: needed(text(dnsLabel), "must specify namespace for service account"),
    }),
  },
  User: { member: "user", rule: fields({ name: needed() }) },
  Group: { member: "group", rule: fields({ name: needed() }) },
};

/** Whom a rule of a FlowSchema is for. */
export const subject: Rule = (value, path, errors, owner) => {
  const own = Object.hasOwn(MEMBERS, value.kind ?? "") ? MEMBERS[value.kind] : undefined;
  if (!own) {
    return void errors.push(notSupported(path.child("kind"), value.kind ?? "", ["Group", "ServiceAccount", "User"]));
  }
  const { member, rule } = own;
  const at = path.child(member);
  if (value[member]) rule(value[member], at, errors, owner);
  else errors.push(required(at, `${member} is required when subject kind is '${value.kind}'`));
  for (const [kind, other] of Object.entries(MEMBERS)) {
    if (other.member === member || !value[other.member]) continue;
    errors.push(
      forbiddenField(path.child(other.member), `${other.member} is forbidden when subject kind is not '${kind}'`),
    );
  }
};
