import { NO_RULES, type Rules, SHARED_SETS, type SharedSet } from "./rules.ts";

/**
 * What the table holds, service by service, and the difference that a change makes. Elements that several services share
 * (an endpoint's hairpin pair) are counted; the last one to go takes them along.
 */
export class TableState {
  readonly #services = new Map<string, Rules>();
  readonly #counts = new Map<SharedSet, Map<string, number>>();
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  get services(): ReadonlyMap<string, Rules> {
    return this.#services;
  }

  /** Takes the new rules of some services; returns the nft commands that bring the table there, "" for none. */
  apply(changes: ReadonlyMap<string, Rules>): string {
    const script = new Script(this.#table);
    const pairs = [...changes].map(([name, after]) => ({ before: this.#services.get(name) ?? NO_RULES, after }));
    for (const { before, after } of pairs) this.#changeChains(script, before, after);
    // Removals first: one service may take over an address that another one gives up.
    for (const { before, after } of pairs) this.#removeElements(script, before, after);
    for (const { before, after } of pairs) this.#addElements(script, before, after);
    for (const [name, after] of changes) {
      if (after === NO_RULES) this.#services.delete(name);
      else this.#services.set(name, after);
    }
    return script.text;
  }

  #changeChains(script: Script, before: Rules, after: Rules): void {
    for (const [name, declaration] of after.sets) {
      if (before.sets.get(name) !== declaration) script.addSet(name, declaration, before.sets.has(name));
    }
    for (const [name, rules] of after.chains) {
      const known = before.chains.get(name);
      if (known?.join("\n") !== rules.join("\n")) script.setChain(name, rules, known !== undefined);
    }
    for (const name of before.chains.keys()) if (!after.chains.has(name)) script.deleteChain(name);
    for (const name of before.sets.keys()) if (!after.sets.has(name)) script.deleteSet(name);
  }

  #removeElements(script: Script, before: Rules, after: Rules): void {
    for (const set of SHARED_SETS) {
      const counts = this.#countsOf(set);
      const next = after.elements.get(set);
      for (const [key, value] of before.elements.get(set) ?? []) {
        if (next?.get(key) === value) continue;
        const left = (counts.get(key) ?? 1) - 1;
        if (left > 0) counts.set(key, left);
        else {
          counts.delete(key);
          script.deleteElement(set, key);
        }
      }
    }
  }

  #addElements(script: Script, before: Rules, after: Rules): void {
    for (const set of SHARED_SETS) {
      const counts = this.#countsOf(set);
      const old = before.elements.get(set);
      for (const [key, value] of after.elements.get(set) ?? []) {
        if (old?.get(key) === value) continue;
        const count = (counts.get(key) ?? 0) + 1;
        counts.set(key, count);
        if (count === 1) script.addElement(set, key, value);
      }
    }
  }

  #countsOf(set: SharedSet): Map<string, number> {
    const counts = this.#counts.get(set) ?? new Map<string, number>();
    this.#counts.set(set, counts);
    return counts;
  }
}

/** nft commands in an order in which none refers to what is not there: nft checks references command by command. */
class Script {
  readonly #table: string;
  readonly #declarations: string[] = [];
  readonly #rules: string[] = [];
  readonly #removedElements = new Map<string, string[]>();
  readonly #addedElements = new Map<string, string[]>();
  readonly #flushes: string[] = [];
  readonly #removals: string[] = [];

  constructor(table: string) {
    this.#table = `ip ${table}`;
  }

  addSet(name: string, declaration: string, exists: boolean): void {
    if (exists) this.#declarations.push(`flush set ${this.#table} ${name}`);
    this.#declarations.push(`add set ${this.#table} ${name} { ${declaration} }`);
  }

  setChain(name: string, rules: readonly string[], exists: boolean): void {
    this.#declarations.push(exists ? `flush chain ${this.#table} ${name}` : `add chain ${this.#table} ${name}`);
    for (const rule of rules) this.#rules.push(`add rule ${this.#table} ${name} ${rule}`);
  }

  deleteChain(name: string): void {
    this.#flushes.push(`flush chain ${this.#table} ${name}`);
    this.#removals.push(`delete chain ${this.#table} ${name}`);
  }

  deleteSet(name: string): void {
    this.#removals.push(`delete set ${this.#table} ${name}`);
  }

  deleteElement(set: SharedSet, key: string): void {
    push(this.#removedElements, set, key);
  }

  addElement(set: SharedSet, key: string, value: string): void {
    push(this.#addedElements, set, value === "" ? key : `${key} : ${value}`);
  }

  get text(): string {
    const elements = (verb: string, all: Map<string, string[]>): string[] =>
      [...all].map(([set, list]) => `${verb} element ${this.#table} ${set} { ${list.join(", ")} }`);
    const lines = [
      ...this.#declarations,
      ...this.#rules,
      ...elements("delete", this.#removedElements),
      ...elements("add", this.#addedElements),
      ...this.#flushes,
      ...this.#removals,
    ];
    return lines.map((line) => `${line}\n`).join("");
  }
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key) ?? [];
  list.push(value);
  map.set(key, list);
}
