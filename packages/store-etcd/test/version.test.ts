import { expect, it } from "vitest";
import { isSupported, tellsProgressInOrder } from "../src/version.ts";

it.each([
  ["3.3.27", false, false],
  ["3.4.0", true, false],
  ["3.4.23", true, false],
  ["3.4.25", true, true],
  ["3.5.0", true, false],
  ["3.5.7", true, false],
  ["3.5.8", true, true],
  ["3.6.0-rc.1", true, true],
  ["4.0.0", true, true],
  ["not a version", false, false],
])("knows what etcd %s can do", (version, supported, progress) => {
  expect([isSupported(version), tellsProgressInOrder(version)]).toEqual([supported, progress]);
});
