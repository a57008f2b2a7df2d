import { isQuantity, parseQuantity, Quantity } from "@pinnace/apimachinery";
import { declare, type FunctionDeclaration, member, overload } from "../../check/declarations.ts";
import { BOOL, type CelType, DOUBLE, INT, objectType, STRING } from "../../types/cel-type.ts";
import { NO_SUCH_OVERLOAD } from "../../values/compare.ts";
import { MAX_INT, MIN_INT } from "../../values/numbers.ts";
import { CelError, type CelValue, OpaqueValue } from "../../values/value.ts";

export const QUANTITY: CelType = objectType("kubernetes.Quantity");

const NANO = 1_000_000_000n;

/** `quantity("500Mi")`. */
export class QuantityValue extends OpaqueValue {
  readonly type: CelType = QUANTITY;
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  equals(other: CelValue): boolean | CelError {
    return other instanceof QuantityValue ? this.quantity.equals(other.quantity) : NO_SUCH_OVERLOAD;
  }

  /** The whole number that it is, undefined when it is none or does not fit 64 bits. */
  integer(): bigint | undefined {
    const { nano } = this.quantity;
    const whole = nano / NANO;
    const written = /[num]$/.test(this.quantity.toString());
    return nano % NANO !== 0n || written || whole > MAX_INT || whole < MIN_INT ? undefined : whole;
  }
}

function parse(text: CelValue): CelValue {
  try {
    return new QuantityValue(parseQuantity(text as string));
  } catch (error) {
    return new CelError((error as Error).message);
  }
}

const of = (value: CelValue | undefined): Quantity => (value as QuantityValue).quantity;
const whole = (value: CelValue | undefined): Quantity => Quantity.fromNano((value as bigint) * NANO, "DecimalExponent");

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
    member("quantity_add", [QUANTITY, QUANTITY], QUANTITY, (a, b) => new QuantityValue(of(a).add(of(b)))),
    member("quantity_add_int", [QUANTITY, INT], QUANTITY, (a, b) => new QuantityValue(of(a).add(whole(b)))),
  ]),
  declare("sub", [
    member("quantity_sub", [QUANTITY, QUANTITY], QUANTITY, (a, b) => new QuantityValue(of(a).sub(of(b)))),
    member("quantity_sub_int", [QUANTITY, INT], QUANTITY, (a, b) => new QuantityValue(of(a).sub(whole(b)))),
  ]),
];
