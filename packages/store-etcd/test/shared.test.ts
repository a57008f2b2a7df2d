import { expect, it } from "vitest";
import { Shared } from "../src/store/shared.ts";

it("gives everybody the result of a call that began after they asked", async () => {
  const calls: PromiseWithResolvers<number>[] = [];
  const shared = new Shared(() => {
    const call = Promise.withResolvers<number>();
    calls.push(call);
    return call.promise;
  });
  const first = shared.get();
  const [second, third] = [shared.get(), shared.get()];
  expect(calls).toHaveLength(1);
  calls[0]!.resolve(1);
  expect(await first).toBe(1);
  await expect.poll(() => calls.length).toBe(2);
  const fourth = shared.get();
  calls[1]!.reject(new Error("no"));
  await expect(second).rejects.toThrow("no");
  await expect(third).rejects.toThrow("no");
  await expect.poll(() => calls.length).toBe(3);
  calls[2]!.resolve(3);
  expect(await fourth).toBe(3);
  void shared.get();
  expect(calls).toHaveLength(4);
});
