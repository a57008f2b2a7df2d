import { duplicate, forbiddenField, invalidValue, required, tooLong } from "@pinnace/apimachinery";
import { goValue } from "../../rules/go-json.ts";
import { descendingPath } from "../../rules/path-text.ts";
import { all, between, each, fields, ifPresent, must, needed, oneOf, type Rule, text } from "../../rules/rule.ts";
import { dnsSubdomain } from "../../rules/text.ts";

const MAX_ID = 2_147_483_647;
const id = between(0, MAX_ID);
const TYPES = ["Localhost", "RuntimeDefault", "Unconfined"];

/** `seccompProfile` of a pod or container. */
const seccompProfile: Rule = (value, path, errors) => {
  needed(oneOf(...TYPES), "type is required when seccompProfile is set")(value.type, path.child("type"), errors, value);
  const at = path.child("localhostProfile");
  const profile = value.localhostProfile;
  if (value.type !== "Localhost") {
    if (profile !== undefined) errors.push(invalidValue(at, value, "can only be set when seccomp type is Localhost"));
  } else if (profile === undefined) errors.push(required(at, "must be set when seccomp type is Localhost"));
  else descendingPath(profile, at, errors, value);
};

const PATH_MAX = 4095;

/** `appArmorProfile` of a pod or container. */
export const appArmorProfile: Rule = (value, path, errors) => {
  const at = path.child("localhostProfile");
  const profile = value.localhostProfile;
  const mustBeSet = "must be set when AppArmor type is Localhost";
  if (value.type === "Localhost") {
    if (profile === undefined || profile === null) return void errors.push(required(at, mustBeSet));
    if (profile.trim() !== profile) errors.push(invalidValue(at, profile, "must not be padded with whitespace"));
    else if (profile === "") errors.push(required(at, mustBeSet));
    if (profile.length > PATH_MAX) errors.push(tooLong(at, PATH_MAX));
  } else if (TYPES.includes(value.type)) {
    if (profile !== undefined)
      errors.push(invalidValue(at, profile, "can only be set when AppArmor type is Localhost"));
  } else
    needed(oneOf(...TYPES), "type is required when appArmorProfile is set")(
      value.type,
      path.child("type"),
      errors,
      value,
    );
};

const CREDENTIAL_BYTES = 64 * 1024;

const windowsOptions: Rule = fields({
  gmsaCredentialSpecName: ifPresent(text(dnsSubdomain)),
  gmsaCredentialSpec: ifPresent(
    all(
      must((spec) => spec !== "", "gmsaCredentialSpec cannot be an empty string"),
      must((spec) => spec.length <= CREDENTIAL_BYTES, "gmsaCredentialSpec size must be under 64 KiB"),
    ),
  ),
  runAsUserName: ifPresent(text(windowsUser)),
});

const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DOMAIN_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const DNS_DOMAIN = new RegExp(`^${DOMAIN_LABEL}(?:\\.${DOMAIN_LABEL})*$`);
const CONTROL = /\p{Cc}/u;

/** `DOMAIN\user` by the rules of Active Directory. */
function windowsUser(value: string): string[] {
  if (value === "") return ["runAsUserName cannot be an empty string"];
  if (CONTROL.test(value)) return ["runAsUserName cannot contain control characters"];
  const parts = value.split("\\");
  if (parts.length > 2) return ["runAsUserName cannot contain more than one backslash"];
  const domain = parts.length === 2 ? parts[0] : undefined;
  const user = parts.at(-1) ?? "";
  const messages: string[] = [];
  if (domain !== undefined && domain.length >= 256)
    messages.push("runAsUserName's Domain length must be under 256 characters");
  if (domain !== undefined && !NET_BIOS.test(domain) && !DNS_DOMAIN.test(domain)) {
    messages.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === "") messages.push("runAsUserName's User cannot be empty");
  else if (user.length > 104) messages.push("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) messages.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    messages.push("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
  }
  return messages;
}

const escalation: Rule = (value, path, errors) => {
  if (value.allowPrivilegeEscalation !== false) return;
  const conflict = "cannot set `allowPrivilegeEscalation` to false and";
  if (value.privileged)
    errors.push(invalidValue(path, goValue("SecurityContext", value), `${conflict} \`privileged\` to true`));
  for (const capability of value.capabilities?.add ?? []) {
    if (capability === "CAP_SYS_ADMIN") {
      errors.push(
        invalidValue(path, goValue("SecurityContext", value), `${conflict} \`capabilities.Add\` CAP_SYS_ADMIN`),
      );
    }
  }
};

/** `securityContext` of a container. */
export function securityContext(hostUsers: boolean): Rule {
  const procMount = must(
    (mount) => !(hostUsers && mount === "Unmasked"),
    "`hostUsers` must be false to use `Unmasked`",
  );
  return ifPresent(
    all(
      fields({
        runAsUser: ifPresent(id),
        runAsGroup: ifPresent(id),
        procMount: ifPresent(all(oneOf("Default", "Unmasked"), procMount)),
        seccompProfile: ifPresent(seccompProfile),
      }),
      escalation,
      fields({ windowsOptions: ifPresent(windowsOptions), appArmorProfile: ifPresent(appArmorProfile) }),
    ),
  );
}

const SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const SYSCTL_PATTERN = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`;
const SYSCTL = new RegExp(SYSCTL_PATTERN);
const SYSCTL_MAX = 253;
const IPC_SYSCTLS = ["kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue."];

function sysctls(spec: { readonly hostNetwork?: boolean; readonly hostIPC?: boolean }): Rule {
  return (value, path, errors) => {
    const seen = new Set<string>();
    for (const [position, { name = "" }] of (value ?? []).entries()) {
      const at = path.index(position).child("name");
      if (name === "") errors.push(required(at));
      else if (name.length > SYSCTL_MAX || !SYSCTL.test(name)) {
        errors.push(
          invalidValue(at, name, `must have at most ${SYSCTL_MAX} characters and match regex ${SYSCTL_PATTERN}`),
        );
      } else if (seen.has(name)) errors.push(duplicate(at, name));
      const dotted = name.replaceAll("/", ".");
      if (spec.hostNetwork && dotted.startsWith("net.")) {
        errors.push(invalidValue(at, name, "may not be specified when 'hostNetwork' is true"));
      } else if (spec.hostIPC && IPC_SYSCTLS.some((prefix) => dotted.startsWith(prefix))) {
        errors.push(invalidValue(at, name, "may not be specified when 'hostIPC' is true"));
      }
      seen.add(name);
    }
  };
}

interface HostFlags {
  readonly hostNetwork?: boolean;
  readonly hostIPC?: boolean;
  readonly hostPID?: boolean;
  readonly shareProcessNamespace?: boolean;
}

/** `securityContext` of a pod. `shareProcessNamespace` is reported below it, as upstream does. */
export function podSecurityContext(spec: HostFlags): Rule {
  return all(
    fields({
      fsGroup: ifPresent(id),
      runAsUser: ifPresent(id),
      runAsGroup: ifPresent(id),
      supplementalGroups: each(id),
    }),
    (_value, path, errors) => {
      if (!spec.shareProcessNamespace || !spec.hostPID) return;
      const message = "ShareProcessNamespace and HostPID cannot both be enabled";
      errors.push(invalidValue(path.child("shareProcessNamespace"), true, message));
    },
    fields({
      sysctls: sysctls(spec),
      fsGroupChangePolicy: ifPresent(oneOf("Always", "OnRootMismatch")),
      seccompProfile: ifPresent(seccompProfile),
      windowsOptions: ifPresent(windowsOptions),
      appArmorProfile: ifPresent(appArmorProfile),
      supplementalGroupsPolicy: ifPresent(oneOf("Merge", "Strict")),
      seLinuxChangePolicy: ifPresent(oneOf("MountOption", "Recursive")),
    }),
  );
}

/** What a pod with user namespaces of its own (`hostUsers: false`) may not share with the host. */
export const userNamespaces: Rule = (spec, path, errors) => {
  if (spec.hostUsers !== false) return;
  const detail = "when `hostUsers` is false";
  if (spec.hostNetwork) errors.push(forbiddenField(path.child("hostNetwork"), detail));
  if (spec.hostPID) errors.push(forbiddenField(path.child("HostPID"), detail));
  if (spec.hostIPC) errors.push(forbiddenField(path.child("HostIPC"), detail));
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    for (const [position, container] of (spec[list] ?? []).entries()) {
      if (container.volumeDevices?.length) {
        errors.push(forbiddenField(path.child(list).index(position).child("volumeDevices"), detail));
      }
    }
  }
};
