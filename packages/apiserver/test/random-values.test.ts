import { createRandom } from "@pinnace/clock";
import { expect, it } from "vitest";
import { uuidFrom } from "../src/random-values.ts";

it("makes version 4 UUIDs that repeat for the same seed", () => {
  const random = createRandom(7);
  const made = Array.from({ length: 200 }, () => uuidFrom(random));
  for (const uuid of made)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(made).size).toBe(200);
  expect(uuidFrom(createRandom(7))).toBe(made[0]);
});
