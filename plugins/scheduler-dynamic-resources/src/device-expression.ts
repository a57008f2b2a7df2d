import { compileDeviceSelector } from "@pinnace/cel";
import type { DeviceExpression } from "./device-selectors.ts";

/** A device selector in CEL (KEP-4381). Throws with cel-go's words when it does not compile; the result, when it fails on a device. */
export function compileDeviceExpression(source: string): DeviceExpression {
  const selector = compileDeviceSelector(source);
  if (selector.error !== undefined) throw new Error(selector.error);
  return ({ driver, device: { allowMultipleAllocations, attributes, capacity } }) => {
    const { matches, error } = selector.matches({
      driver,
      ...(allowMultipleAllocations === undefined ? {} : { allowMultipleAllocations }),
      ...(attributes === undefined ? {} : { attributes }),
      ...(capacity === undefined ? {} : { capacity }),
    });
    if (error !== undefined) throw new Error(error);
    return matches;
  };
}
