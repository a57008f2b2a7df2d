import { describe, expect, it } from "vitest";
import { parseJsonPath, parseJsonPathTemplate } from "../src/index.ts";

const store = {
  Name: "jsonpath",
  Book: [
    { Category: "reference", Author: "Nigel Rees", Price: 8.95 },
    { Category: "fiction", Author: "Evelyn Waugh", Price: 12.99 },
    { Category: "fiction", Author: "Herman Melville", Price: 8.99 },
  ],
  Bicycle: [
    { Color: "red", Price: 19.95, IsNew: true },
    { Color: "green", Price: 20.01, IsNew: false },
  ],
  Labels: { engineer: 10, "web/html": 15, "k8s-app": 20, "a.b/c": 25 },
};
const nodes = {
  kind: "List",
  items: [
    { metadata: { name: "one" }, status: { capacity: { cpu: "4" }, addresses: [{ address: "1" }] } },
    { metadata: { name: "two" }, status: { capacity: { cpu: "8" }, addresses: [{ address: "2" }, { address: "3" }] } },
  ],
  users: [{ name: "me" }, { name: "e2e", user: { password: "secret" } }],
};
const n = [0, 1, 2, 3, 4];

describe("templates", () => {
  it.each([
    ["hello jsonpath", null, "hello jsonpath"],
    ["{..}", [1, 2, 3], "[1,2,3]"],
    ["{[?(@<5)]}", [2, 6, 3, 7], "2 3"],
    ['{"{"}', null, "{"],
    ["{[1,3,4]}", n, "1 3 4"],
    ["{[0:2]}", n, "0 1"],
    ["{[:4:2]}", n, "0 2"],
    ["{[1::2]}", n, "1 3"],
    ["{[-1:]}", n, "4"],
    ["{[-2]}", n, "3"],
    ["hello {.Name}", store, "hello jsonpath"],
    ["{$.Labels.web/html}", store, "15"],
    ["{.Labels.k8s-app}", store, "20"],
    ["{.Labels.a\\.b/c}", store, "25"],
    ["{.Labels['a\\.b/c']}", store, "25"],
    ["{.Bicycle[*].Color}", store, "red green"],
    ["{..Price}", store, "8.95 12.99 8.99 19.95 20.01"],
    ['{range .Bicycle[*]}{ "{" }{ @.* }{ "} " }{end}', store, "{red 19.95 true} {green 20.01 false} "],
    ["{.Bicycle[?(@.IsNew==true)].Color}", store, "red"],
    ["{.Book[?(@.Price<9)].Author}", store, "Nigel Rees Herman Melville"],
    ['{.Book[?(@.Author=="Evelyn Waugh")].Price}', store, "12.99"],
    ["{.Book[?(@.Nope)].Price}", store, ""],
    ["{..Book[2].Author}", store, "Herman Melville"],
    ["{range .items[*]}{.metadata.name}, {end}{.kind}", nodes, "one, two, List"],
    ['{range .items[*]}{.metadata.name}{"\\t"}{end}', nodes, "one\ttwo\t"],
    ["{range .items[*]}{range .status.addresses[*]}{.address}, {end}{end}", nodes, "1, 2, 3, "],
    ["{.items[*]['metadata.name', 'status.capacity']}", nodes, 'one two {"cpu":"4"} {"cpu":"8"}'],
    ['{.users[?(@.name=="e2e")].user.password}', nodes, "secret"],
    ["{.items[*].metadata.name}", { items: [] }, ""],
    ["{range .items[*]}{.x}{end}", { items: [] }, ""],
  ])("%s", (template, value, text) => {
    expect(parseJsonPathTemplate(template).render(value)).toBe(text);
  });

  it("lets keys be missing on demand", () => {
    expect(parseJsonPathTemplate("before-{.hello}after").render(store, { allowMissingKeys: true })).toBe(
      "before-after",
    );
  });

  it.each([
    ["{hello}", "unrecognized identifier hello"],
    ["{.hello}", "hello is not found"],
    ["{.Labels[0]}", "map[string]interface {} is not array or slice"],
    ["{.Book[?(@.Price<>10)]}", "unrecognized filter operator <>"],
    ["{range .Labels.*}{@}{end}{end}", "not in range, nothing to end"],
    ["{.metadata", "unclosed action"],
    ["{.Book[9]}", "array index out of bounds: index 9, length 3"],
    ["{.Book[0", "unclosed action"],
    ["{.Book[0}", "unterminated array"],
    ["{.Book[x]}", "invalid array index x"],
  ])("%s is refused", (template, message) => {
    expect(() => parseJsonPathTemplate(template).render(store)).toThrow(message);
  });
});

describe("paths", () => {
  it.each([
    [".Name", "jsonpath"],
    [".Book[1].Author", "Evelyn Waugh"],
    [".Book[9].Author", undefined],
    [".nope.nope", undefined],
    [".Labels", store.Labels],
    [".constructor", undefined],
  ])("%s", (path, value) => {
    expect(parseJsonPath(path).value(store)).toEqual(value);
  });

  it("names its fields when it has nothing else", () => {
    expect(parseJsonPath(".spec.replicas").fieldNames).toEqual(["spec", "replicas"]);
    expect(parseJsonPath(".spec.list[0]").fieldNames).toBeUndefined();
    expect(() => parseJsonPath("spec.a")).toThrow("unrecognized identifier spec.a");
  });
});
