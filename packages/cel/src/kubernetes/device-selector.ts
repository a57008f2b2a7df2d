import type { CompiledExpression, Environment, SizeEstimator } from "../contract.ts";
import { UNBOUNDED } from "../contract.ts";
import { baseEnvironment } from "../environment.ts";
import { type DeviceSelector, MAX_SELECTOR_COST, type SelectableDevice } from "../kubernetes-contract.ts";
import { QUANTITY, readQuantity } from "../library/kubernetes/quantities.ts";
import { parseSemver } from "../library/kubernetes/semver.ts";
import { bindings } from "../library/libraries.ts";
import { ANY, BOOL, type CelType, STRING } from "../types/cel-type.ts";
import { type DeclType, mapDecl, objectDecl, simpleDecl } from "../types/decl-type.ts";
import { EntryMap, mapEquals } from "../values/collections.ts";
import { MAP_TYPE, typeOfValue } from "../values/type-of.ts";
import { CelError, type CelValue, MapValue } from "../values/value.ts";
import { typeAt } from "./rules.ts";

/** Attributes and capacities that a device can have. */
const MAX_ENTRIES = 32;

const DOMAIN = simpleDecl("string", STRING, 2, 63);
const IDENTIFIER = simpleDecl("string", STRING, 2, 32);
/** Of any type, but not large. */
const ATTRIBUTE = simpleDecl("any", ANY, 1, 64);

const byDomain = (value: DeclType): DeclType => mapDecl(DOMAIN, mapDecl(IDENTIFIER, value, MAX_ENTRIES), MAX_ENTRIES);

const DEVICE = objectDecl("kubernetes.DRADevice", [
  { name: "driver", type: simpleDecl("string", STRING, 2, 63) },
  { name: "allowMultipleAllocations", type: simpleDecl("bool", BOOL, 4, 1) },
  { name: "attributes", type: byDomain(ATTRIBUTE) },
  { name: "capacity", type: byDomain(simpleDecl("quantity", QUANTITY, 8)) },
]);

let shared: Environment | undefined;

function environment(): Environment {
  shared ??= baseEnvironment().extend({
    variables: { device: DEVICE.celType },
    declTypes: [DEVICE],
    libraries: [bindings()],
  });
  return shared;
}

/** All attributes are as large as the largest, whatever their names are. */
const sizes: SizeEstimator = (path) => {
  if (path[0] !== "device") return undefined;
  const steps = path.slice(1);
  const within = typeAt(DEVICE, steps) ?? attributeAt(steps);
  return within && { min: 0, max: within.maxElements };
};

function attributeAt(steps: readonly string[]): DeclType | undefined {
  const owner = steps.length === 0 ? undefined : typeAt(DEVICE, steps.slice(0, -1));
  return owner?.elementType === ATTRIBUTE ? ATTRIBUTE : undefined;
}

/** Compiles the CEL selector of a device request or a device class (resource.k8s.io/v1 CELDeviceSelector). */
export function compileDeviceSelector(expression: string): DeviceSelector {
  const program = environment().compile(expression);
  if (!program.ok) return refused(`compilation failed: ${program.issues}`);
  const { outputType, programError } = program;
  if (!outputType.is(BOOL) && !outputType.is(ANY)) {
    return refused(`must evaluate to bool or the unknown type, not ${outputType}`);
  }
  if (programError !== undefined) return refused(`program instantiation failed: ${programError}`);
  return { maxCost: program.estimateCost(sizes).max, matches: (device) => match(program, device) };
}

function refused(error: string): DeviceSelector {
  return { error, maxCost: UNBOUNDED, matches: () => ({ matches: false, error }) };
}

function match(
  program: CompiledExpression,
  device: SelectableDevice,
): { readonly matches: boolean; readonly error?: string } {
  const value = deviceValue(device);
  if (value instanceof CelError) return { matches: false, error: value.message };
  const result = program.evaluate({ device: value }, { costLimit: MAX_SELECTOR_COST });
  if (result.error !== undefined) return { matches: false, error: result.error };
  if (typeof result.value === "boolean") return { matches: result.value };
  return { matches: false, error: notBoolean(result.value as CelValue) };
}

/** Attributes have one of four types, and a selector may end with one. */
function notBoolean(value: CelValue): string {
  const head = `CEL result of type ${typeOfValue(value)} could not be converted to bool`;
  if (typeof value === "string") return `${head}: unsupported native conversion from string to 'bool'`;
  if (typeof value === "bigint") return `${head}: unsupported type conversion from 'int' to bool`;
  return `${head}: type conversion error from 'Semver' to 'bool'`;
}

function deviceValue(device: SelectableDevice): CelValue {
  const attributes: (readonly [string, CelValue])[] = [];
  for (const [name, attribute] of Object.entries(device.attributes ?? {})) {
    const value = attributeValue(attribute);
    if (value instanceof CelError) return new CelError(`attribute ${name}: ${value.message}`);
    attributes.push([name, value]);
  }
  const capacity = Object.entries(device.capacity ?? {}).map(
    ([name, { value }]) => [name, readQuantity(value)] as const,
  );
  return EntryMap.of([
    ["driver", device.driver],
    ["allowMultipleAllocations", device.allowMultipleAllocations ?? false],
    ["attributes", new Domains(attributes, device.driver)],
    ["capacity", new Domains(capacity, device.driver)],
  ]);
}

function attributeValue(attribute: NonNullable<SelectableDevice["attributes"]>[string]): CelValue {
  const { int, bool, string, version } = attribute;
  if (int !== undefined) return BigInt(int);
  if (bool !== undefined) return bool;
  if (string !== undefined) return string;
  if (version === undefined) return new CelError("unsupported attribute value");
  const parsed = parseSemver(version);
  return parsed instanceof CelError ? new CelError(`parse semantic version: ${parsed.message}`) : parsed;
}

const NOTHING = EntryMap.of([]);

/** Maps by domain; a domain that is not there is an empty map, so that names can be asked for without asking for it. */
class Domains extends MapValue {
  readonly type: CelType = MAP_TYPE;
  readonly #domains: ReadonlyMap<string, MapValue>;

  constructor(entries: readonly (readonly [string, CelValue])[], defaultDomain: string) {
    super();
    const byDomain = new Map<string, (readonly [CelValue, CelValue])[]>();
    for (const [name, value] of entries) {
      const slash = name.indexOf("/");
      const domain = slash < 0 ? defaultDomain : name.slice(0, slash);
      byDomain.set(domain, [...(byDomain.get(domain) ?? []), [name.slice(slash + 1), value]]);
    }
    this.#domains = new Map(Array.from(byDomain, ([domain, values]) => [domain, EntryMap.of(values)]));
  }

  get size(): number {
    return this.#domains.size;
  }

  find(key: CelValue): CelValue {
    return (typeof key === "string" ? this.#domains.get(key) : undefined) ?? NOTHING;
  }

  keys(): readonly CelValue[] {
    return [...this.#domains.keys()];
  }

  equals(other: CelValue): boolean {
    return mapEquals(this, other);
  }
}
