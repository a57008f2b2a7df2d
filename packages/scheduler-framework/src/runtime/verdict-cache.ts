import type { Cycle, SignFragment } from "../contract/points.ts";
import type { Profile } from "./profile.ts";
import type { ResolvedPlugin } from "./resolve-plugins.ts";
import { VerdictTable } from "./verdict-table.ts";
import { KeptVerdicts, plainVerdicts, type Verdicts } from "./verdicts.ts";

/** Rows of all tables together; the table that was not used for longest goes first. */
const MAX_ROWS = 400_000;
const MIN_TABLES = 4;
/** A table is made for a signature that comes again within so many other new ones: most pods that are alike come together. */
const MAX_SEEN = 64;

/** The signature of a pod, and whose verdicts it covers. */
interface Signature {
  readonly text: string;
  readonly kept: readonly ResolvedPlugin[];
  readonly asked: readonly ResolvedPlugin[];
  readonly scored: ReadonlySet<string>;
}

/**
 * Keeps what the plugins of one profile said about pods that are alike (KEP-5598 speaks of signatures). The verdicts are
 * those that asking anew would give: a plugin that cannot promise it (`signPod`) is asked.
 */
export class VerdictCache {
  readonly #profile: Profile;
  /** In the order of their last use. */
  readonly #tables = new Map<string, VerdictTable>();
  readonly #seen = new Set<string>();

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** The verdicts about the pod of a cycle whose PreFilters have run and skipped some plugins. */
  verdicts(cycle: Cycle, skipped: ReadonlySet<string>): Verdicts {
    const filters = this.#profile.activeFilters(skipped);
    const signature = sign(this.#profile, cycle, filters);
    const table = signature && this.#tableOf(signature.text, cycle.snapshot.nodes.length);
    if (signature === undefined || table === undefined) return plainVerdicts(this.#profile, cycle, filters);
    return new KeptVerdicts({ ...signature, profile: this.#profile, cycle, table });
  }

  #tableOf(text: string, rows: number): VerdictTable | undefined {
    const known = this.#tables.get(text);
    if (known !== undefined) {
      this.#tables.delete(text);
      const table = known.rows >= rows ? known : new VerdictTable(withRoom(rows));
      this.#tables.set(text, table);
      return table;
    }
    if (!this.#seen.delete(text)) {
      this.#seen.add(text);
      const [oldest] = this.#seen;
      if (this.#seen.size > MAX_SEEN) this.#seen.delete(oldest!);
      return undefined;
    }
    const most = Math.max(MIN_TABLES, Math.floor(MAX_ROWS / Math.max(rows, 1)));
    for (const oldest of this.#tables.keys()) {
      if (this.#tables.size < most) break;
      this.#tables.delete(oldest);
    }
    const table = new VerdictTable(withRoom(rows));
    this.#tables.set(text, table);
    return table;
  }
}

/** Clusters grow: not every new node asks for a new table. */
const withRoom = (rows: number): number => rows + Math.ceil(rows / 8) + 16;

/** Undefined when nothing can be kept. A bug in a plugin's `signPod` makes it one that is always asked. */
function sign(profile: Profile, cycle: Cycle, filters: readonly ResolvedPlugin[]): Signature | undefined {
  const texts: string[] = [];
  const add = (plugin: ResolvedPlugin): boolean => {
    const fragments = fragmentsOf(plugin, cycle);
    if (fragments === undefined) return false;
    texts.push(plugin.name);
    for (const { key, value } of fragments) texts.push(key, String(value));
    return true;
  };
  let count = 0;
  while (count < filters.length && add(filters[count]!)) count += 1;
  texts.push("/");
  const scored = new Set<string>();
  for (const plugin of profile.points.score) if (add(plugin)) scored.add(plugin.name);
  if (count === 0 && scored.size === 0) return undefined;
  return { text: texts.join("\0"), kept: filters.slice(0, count), asked: filters.slice(count), scored };
}

function fragmentsOf({ plugin }: ResolvedPlugin, cycle: Cycle): readonly SignFragment[] | undefined {
  try {
    return plugin.signPod?.(cycle);
  } catch {
    return undefined; // asking the plugin shows whatever is wrong with it
  }
}
