import { isQuantity, parseQuantity, Quantity } from "@pinnace/apimachinery";
import { declare, type FunctionDeclaration, member, overload } from "../../check/declarations.ts";
import { BOOL, type CelType, DOUBLE, INT, objectType, STRING } from "../../types/cel-type.ts";
import { NO_SUCH_OVERLOAD } from "../../values/compare.ts";
import { MAX_INT, MIN_INT } from "../../values/numbers.ts";
import { CelError, type CelValue, OpaqueValue } from "../../values/value.ts";

export const QUANTITY: CelType = objectType("kubernetes.Quantity");

const NANO = 1_000_000_000n;

/**
 * `quantity("500Mi")`. Whether it counts as an integer depends on how it is written, as in upstream: `1000m` and `1.0`
 * do not. `scale` is the power of ten it is kept in; undefined for what is too large or too fine for that.
 */
class QuantityValue extends OpaqueValue {
  readonly type: CelType = QUANTITY;
  readonly quantity: Quantity;
  readonly #scale: number | undefined;

  constructor(quantity: Quantity, scale: number | undefined) {
    super();
    this.quantity = quantity;
    this.#scale = scale;
  }

  equals(other: CelValue): boolean | CelError {
    return other instanceof QuantityValue ? this.quantity.equals(other.quantity) : NO_SUCH_OVERLOAD;
  }

  /** The whole number that it is, undefined when it is none or does not fit 64 bits. */
  integer(): bigint | undefined {
    const whole = this.quantity.nano / NANO;
    return this.#scale === undefined || this.#scale < 0 || whole > MAX_INT || whole < MIN_INT ? undefined : whole;
  }

  /** The sum, or the difference. */
  combine(other: QuantityValue, result: Quantity): QuantityValue {
    const [a, b] = [this.#scale, other.#scale];
    if (a === undefined || b === undefined) return new QuantityValue(result, undefined);
    if (this.quantity.isZero) return new QuantityValue(result, b);
    return new QuantityValue(result, other.quantity.isZero ? a : Math.min(a, b));
  }
}

const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = "KMGTPE";

/** The power of ten that upstream keeps a written quantity in; undefined where it needs more than 64 bits. */
function scaleOf(text: string): number | undefined {
  const match = /^[+-]?0*([0-9]*)(?:\.([0-9]*))?(.*)$/.exec(text);
  const [whole, fraction, suffix] = [match?.[1] ?? "", match?.[2] ?? "", match?.[3] ?? ""];
  if (suffix.endsWith("i")) {
    const bits = 10 * (BINARY.indexOf(suffix.slice(0, 1)) + 1);
    return fraction === "" && 14 - whole.length - Math.floor(bits * 0.3) >= 0 ? 0 : undefined;
  }
  const exponent = /^[eE][+-]?[0-9]+$/.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL[suffix] ?? 0);
  const scale = exponent - fraction.length;
  return whole.length + fraction.length <= 18 && scale >= -9 ? scale : undefined;
}

/** The quantity in a text; throws as `parseQuantity` does. */
export function readQuantity(text: string): QuantityValue {
  return new QuantityValue(parseQuantity(text), scaleOf(text));
}

function parse(text: CelValue): CelValue {
  try {
    return readQuantity(text as string);
  } catch (error) {
    return new CelError((error as Error).message);
  }
}

const of = (value: CelValue | undefined): Quantity => (value as QuantityValue).quantity;

/** A number as a quantity. */
const whole = (value: CelValue | undefined): QuantityValue =>
  new QuantityValue(Quantity.fromNano((value as bigint) * NANO, "DecimalExponent"), 0);

function sum(a: CelValue | undefined, b: CelValue | undefined): CelValue {
  return (a as QuantityValue).combine(b as QuantityValue, of(a).add(of(b)));
}

function difference(a: CelValue | undefined, b: CelValue | undefined): CelValue {
  return (a as QuantityValue).combine(b as QuantityValue, of(a).sub(of(b)));
}

/** Amounts such as `1.5Gi` and `200m`. */
export const QUANTITIES: readonly FunctionDeclaration[] = [
  declare("quantity", [overload("string_to_quantity", [STRING], QUANTITY, (text) => parse(text as CelValue))]),
  declare("isQuantity", [overload("is_quantity_string", [STRING], BOOL, (text) => isQuantity(text))]),
  declare("sign", [overload("quantity_sign", [QUANTITY], INT, (a) => BigInt(of(a).sign))]),
  declare("isGreaterThan", [
    member("quantity_is_greater_than", [QUANTITY, QUANTITY], BOOL, (a, b) => of(a).compare(of(b)) > 0),
  ]),
  declare("isLessThan", [
    member("quantity_is_less_than", [QUANTITY, QUANTITY], BOOL, (a, b) => of(a).compare(of(b)) < 0),
  ]),
  declare("compareTo", [
    member("quantity_compare_to", [QUANTITY, QUANTITY], INT, (a, b) => BigInt(of(a).compare(of(b)))),
  ]),
  declare("asApproximateFloat", [member("quantity_get_float", [QUANTITY], DOUBLE, (a) => of(a).toNumber())]),
  declare("asInteger", [
    member("quantity_get_int", [QUANTITY], INT, (a) => {
      const integer = (a as QuantityValue).integer();
      return integer ?? new CelError("cannot convert value to integer");
    }),
  ]),
  declare("isInteger", [
    member("quantity_is_integer", [QUANTITY], BOOL, (a) => (a as QuantityValue).integer() !== undefined),
  ]),
  declare("add", [
    member("quantity_add", [QUANTITY, QUANTITY], QUANTITY, sum),
    member("quantity_add_int", [QUANTITY, INT], QUANTITY, (a, b) => sum(a, whole(b))),
  ]),
  declare("sub", [
    member("quantity_sub", [QUANTITY, QUANTITY], QUANTITY, difference),
    member("quantity_sub_int", [QUANTITY, INT], QUANTITY, (a, b) => difference(a, whole(b))),
  ]),
];
