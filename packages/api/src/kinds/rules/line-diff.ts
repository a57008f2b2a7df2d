import type { Draft } from "@pinnace/apimachinery";

/** Lines that differ between two values, `-` old and `+` new. */
export function difference(old: Draft, next: Draft): string {
  const before = JSON.stringify(old, null, 2).split("\n");
  const after = JSON.stringify(next, null, 2).split("\n");
  const gone = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  const come = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].join("\n");
}
