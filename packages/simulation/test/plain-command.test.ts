import { expect, test } from "vitest";
import { type Course, courseOf } from "../src/plain-command.ts";

test.each<[string, string[], Course | undefined]>([
  ["busybox:1", ["sleep", "300"], { seconds: 300, exitCode: 0 }],
  ["busybox:1", ["/bin/sleep", "1m", "30"], { seconds: 90, exitCode: 0 }],
  ["busybox:1", ["sleep", "infinity"], { exitCode: 0 }],
  ["busybox:1", ["/bin/true"], { seconds: 0, exitCode: 0 }],
  ["busybox:1", ["false"], { seconds: 0, exitCode: 1 }],
  ["busybox:1", ["/bin/sh", "-c", "exit 3"], { seconds: 0, exitCode: 3 }],
  ["busybox:1", ["sh", "-c", "sleep 2; false\nexit"], { seconds: 2, exitCode: 1 }],
  ["busybox:1", ["bash", "-ec", "sleep 5 ; sleep infinity"], { exitCode: 0 }],
  ["busybox:1", ["sh", "-c", "exec httpd -f"], undefined],
  ["busybox:1", ["sh", "-c", "exit $CODE"], undefined],
  ["busybox:1", ["sleep", "$TIME"], undefined],
  ["busybox:1", [], undefined],
  ["registry.k8s.io/pause:3.10.2", [], { exitCode: 0 }],
  ["pause", [], { exitCode: 0 }],
  ["registry.example/unpause:1", [], undefined],
])("%s %j", (image, words, course) => {
  expect(courseOf(image, words)).toEqual(course);
});
