import { createVirtualClock } from "@pinnace/clock";
import { BytesValue, TextValue } from "@pinnace/store";
import { expect, it } from "vitest";
import { Leases } from "../src/store/leases.ts";
import { RecentValues } from "../src/store/recent-values.ts";

function leases() {
  const clock = createVirtualClock();
  const granted: number[] = [];
  const callRepeatably = async (_method: unknown, { ttl }: { ttl: number }): Promise<never> =>
    ({ id: BigInt(granted.push(ttl)) }) as never;
  return { clock, granted, leases: new Leases({ callRepeatably: callRepeatably as never }, clock) };
}

it("shares a lease among keys of one time to live that are written within a twentieth of it", async () => {
  const { clock, granted, leases: made } = leases();
  const hour = 3_600_000;
  expect([await made.leaseFor(hour), await made.leaseFor(hour)]).toEqual([1n, 1n]);
  await clock.advance(59_000);
  expect(await made.leaseFor(hour)).toBe(1n);
  await clock.advance(2_000);
  expect([await made.leaseFor(hour), await made.leaseFor(2 * hour)]).toEqual([2n, 3n]);
  expect(granted).toEqual([3_660, 3_660, 7_260]);
});

it("takes whole seconds, never fewer than asked for", async () => {
  const { granted, leases: made } = leases();
  await made.leaseFor(1);
  await made.leaseFor(1_001);
  await made.leaseFor(15_000);
  expect(granted).toEqual([1, 2, 15]);
});

it("puts no more than a thousand keys on a lease, and none on one that is gone", async () => {
  const { granted, leases: made } = leases();
  for (let key = 0; key < 1_001; key++) await made.leaseFor(60_000);
  expect(granted).toHaveLength(2);
  made.forget();
  await made.leaseFor(60_000);
  expect(granted).toHaveLength(3);
});

it("gives back the value that was written when the bytes are the same", () => {
  const values = new RecentValues();
  const value = new TextValue("x");
  values.add("/a", value);
  expect(values.valueOf("/a", new TextEncoder().encode("x"))).toBe(value);
  expect(values.valueOf("/a", new TextEncoder().encode("y"))).toBeInstanceOf(BytesValue);
  for (let index = 0; index < 1_000; index++) values.add(`/k${index}`, value);
  expect(values.valueOf("/a", new TextEncoder().encode("x"))).not.toBe(value);
});
