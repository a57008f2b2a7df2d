import type { Behaviour } from "./behaviour.ts";
import type { Mode } from "./options.ts";

interface Rule {
  /** Upstream's file, below `test/e2e`. */
  readonly file: RegExp;
  /** Of the spec's name. Default: all specs of the file. */
  readonly name?: RegExp;
  /** Specs of the file that the rule spares. */
  readonly except?: RegExp;
}

const CONTAINERS = "needs containers";

/**
 * Specs that look into a container: its output, its files, its exit code, its network. Everything else can be met by
 * simulated pods, which start, become ready, end and are deleted.
 */
const NEED_CONTAINERS: readonly Rule[] = [
  { file: /^apimachinery\/(aggregator|crd_conversion_webhook|crd_selectable_fields)/ },
  { file: /^apimachinery\/webhook/, except: /discovery documents|invalid match conditions/ },
  { file: /^apps\/(rc|replica_set)/, name: /serve a basic image/ },
  {
    file: /^apps\/job/,
    except: /API operations|status|suspend|manage the lifecycle|should delete a job|adopt matching/,
  },
  { file: /^apps\/statefulset/, except: /list, patch and delete|scale subresource|Status endpoints/ },
  { file: /^auth\/service_accounts/, name: /mount|token|OIDC|projected/i },
  { file: /^common\/network/ },
  { file: /^common\/node\/configmap/, except: /lifecycle|empty key/ },
  { file: /^common\/node\/secrets/, except: /patch|empty secret key/ },
  { file: /^common\/node\/sysctl/, except: /reject/ },
  { file: /^common\/node\/pods/, name: /websockets|environment variables/ },
  {
    file: /^common\/node\/(container_probe|containers|downwardapi|expansion|image_volume|init_container|kubelet)/,
  },
  { file: /^common\/node\/(ephemeral_containers|lifecycle_hook|pod_resize|runtime\.|security_context)/ },
  { file: /^common\/storage/, except: /immutable/ },
  { file: /^kubectl\/(logs|kubectl)/, name: /Guestbook|Update Demo|logs/ },
  { file: /^network\/(dns|hostport|proxy)\./ },
  { file: /^network\/apiserver/, name: /secure master service/ },
  { file: /^network\/endpointslice\.go/, name: /multiple (endpoint IPs|ports)/ },
  { file: /^network\/service\.go/, name: /change the type|functioning|affinity|serve/ },
  { file: /^node\/(pre_stop|security_context)/ },
  { file: /^storage\/(subpath|empty_dir_wrapper)/ },
];

/** Images of specs that use more than the common ones, by the last part of their name. */
const SPECIAL_IMAGES: readonly (Rule & { readonly images: readonly string[] })[] = [
  { file: /^apimachinery\/aggregator/, images: ["sample-apiserver", "etcd"] },
  { file: /^apimachinery\/garbage_collector/, images: ["nginx"] },
  { file: /^common\/node\/image_volume/, images: ["kitten"] },
  { file: /^common\/node\/security_context/, name: /AllowPrivilegeEscalation/, images: ["nonewprivs"] },
  { file: /^common\/node\/security_context/, name: /nonroot/i, images: ["nonroot"] },
  { file: /^kubectl\/kubectl/, name: /Update Demo/, images: ["nautilus"] },
  { file: /^network\/dns/, images: ["glibc-dns-testing"] },
];

/** Why a spec is not run; undefined when it is. */
type WhyNotRun = (behaviour: Behaviour) => string | undefined;

/**
 * Decides which specs run on a kind of nodes.
 *
 * @param missing images that a real node lacks, by the last part of their name, with the reason.
 */
export function decideNotRun(mode: Mode, missing: ReadonlyMap<string, string>): WhyNotRun {
  if (mode === "simulated")
    return (each) => (NEED_CONTAINERS.some((rule) => matches(rule, each)) ? CONTAINERS : undefined);
  return (behaviour) => {
    const images = SPECIAL_IMAGES.filter((rule) => matches(rule, behaviour)).flatMap((rule) => rule.images);
    const lacking = [...COMMON_IMAGES, ...images].find((image) => missing.has(image));
    return lacking === undefined ? undefined : `the image ${lacking} is missing: ${missing.get(lacking)}`;
  };
}

/** What any spec may use. */
const COMMON_IMAGES = ["agnhost", "busybox", "pause"];

function matches({ file, name, except }: Rule, behaviour: Behaviour): boolean {
  if (!file.test(behaviour.file.replace(/^test\/e2e\//, ""))) return false;
  return (name?.test(behaviour.name) ?? true) && !(except?.test(behaviour.name) ?? false);
}
