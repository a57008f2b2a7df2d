import { deepFreeze, type Json } from "@pinnace/apimachinery";

function union(discriminator: string | undefined, fields: Readonly<Record<string, string>>): Json {
  return [
    {
      ...(discriminator === undefined ? {} : { discriminator }),
      "fields-to-discriminateBy": fields,
    },
  ];
}

/** `x-kubernetes-unions` of the types that have them. */
const unions: Readonly<Record<string, Json>> = deepFreeze({
  "core/v1.AppArmorProfile": union("type", { localhostProfile: "LocalhostProfile" }),
  "core/v1.PodSchedulingGroup": union(undefined, { podGroupName: "PodGroupName" }),
  "core/v1.SeccompProfile": union("type", { localhostProfile: "LocalhostProfile" }),
  "flowcontrol/v1.LimitResponse": union("type", { queuing: "Queuing" }),
  "flowcontrol/v1.PriorityLevelConfigurationSpec": union("type", { exempt: "Exempt", limited: "Limited" }),
  "flowcontrol/v1.Subject": union("kind", { group: "Group", serviceAccount: "ServiceAccount", user: "User" }),
  "scheduling/v1alpha2.PodGroupSchedulingPolicy": union(undefined, { basic: "Basic", gang: "Gang" }),
  "scheduling/v1alpha2.PodGroupTemplateReference": union(undefined, { workload: "Workload" }),
});

/** The unions of a type, by its id. */
export function unionsOf(id: string): Json | undefined {
  return unions[id];
}
