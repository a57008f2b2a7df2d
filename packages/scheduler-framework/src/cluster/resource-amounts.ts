import { parseQuantity } from "@pinnace/apimachinery";
import { NO_RESOURCES, type Resources } from "../contract/resources.ts";

type Quantities = Readonly<Record<string, string>> | undefined;

/** Parsing dominates when thousands of pods ask for the same: amounts are remembered by their text. */
const MILLI = new Map<string, number>();
const UNITS = new Map<string, number>();
const MEMORY_LIMIT = 10_000;

function remembered(cache: Map<string, number>, text: string, compute: () => number): number {
  let value = cache.get(text);
  if (value === undefined) {
    value = compute();
    if (cache.size >= MEMORY_LIMIT) cache.clear();
    cache.set(text, value);
  }
  return value;
}

export const milliOf = (text: string): number => remembered(MILLI, text, () => parseQuantity(text).milliValue());
export const unitsOf = (text: string): number => remembered(UNITS, text, () => parseQuantity(text).value());

/** A ResourceList as numbers. `pods` is left out: it is counted, not requested. */
export function amountsOf(list: Quantities): Resources {
  if (list === undefined) return NO_RESOURCES;
  let [milliCpu, memory, ephemeralStorage] = [0, 0, 0];
  let scalar: Map<string, number> | undefined;
  for (const [name, text] of Object.entries(list)) {
    if (name === "cpu") milliCpu = milliOf(text);
    else if (name === "memory") memory = unitsOf(text);
    else if (name === "ephemeral-storage") ephemeralStorage = unitsOf(text);
    else if (name !== "pods") {
      scalar ??= new Map();
      scalar.set(name, unitsOf(text));
    }
  }
  return { milliCpu, memory, ephemeralStorage, scalar: scalar ?? NO_RESOURCES.scalar };
}

export function addResources(a: Resources, b: Resources): Resources {
  return {
    milliCpu: a.milliCpu + b.milliCpu,
    memory: a.memory + b.memory,
    ephemeralStorage: a.ephemeralStorage + b.ephemeralStorage,
    scalar: b.scalar.size === 0 ? a.scalar : combineScalars(a, b, (x, y) => x + y),
  };
}

export function subtractResources(a: Resources, b: Resources): Resources {
  return {
    milliCpu: a.milliCpu - b.milliCpu,
    memory: a.memory - b.memory,
    ephemeralStorage: a.ephemeralStorage - b.ephemeralStorage,
    scalar: b.scalar.size === 0 ? a.scalar : combineScalars(a, b, (x, y) => x - y),
  };
}

export function maxResources(a: Resources, b: Resources): Resources {
  return {
    milliCpu: Math.max(a.milliCpu, b.milliCpu),
    memory: Math.max(a.memory, b.memory),
    ephemeralStorage: Math.max(a.ephemeralStorage, b.ephemeralStorage),
    scalar: b.scalar.size === 0 ? a.scalar : combineScalars(a, b, Math.max),
  };
}

export function equalResources(a: Resources, b: Resources): boolean {
  if (a === b) return true;
  const same = a.milliCpu === b.milliCpu && a.memory === b.memory && a.ephemeralStorage === b.ephemeralStorage;
  if (!same || a.scalar.size !== b.scalar.size) return false;
  for (const [name, amount] of a.scalar) if (b.scalar.get(name) !== amount) return false;
  return true;
}

function combineScalars(
  a: Resources,
  b: Resources,
  operation: (x: number, y: number) => number,
): ReadonlyMap<string, number> {
  const merged = new Map(a.scalar);
  for (const [name, value] of b.scalar) {
    const sum = operation(merged.get(name) ?? 0, value);
    if (sum === 0) merged.delete(name);
    else merged.set(name, sum);
  }
  return merged;
}
