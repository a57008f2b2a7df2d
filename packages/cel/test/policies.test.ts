import type { Json, Schema } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import {
  type AuthorizationAnswer,
  type AuthorizationCheck,
  authorizerValue,
  BOOL,
  type CelValue,
  type CompiledExpression,
  type DeclType,
  declTypeOfSchema,
  dynamicValue,
  type INT,
  lazyVariables,
  nameDecl,
  PendingDecision,
  type PolicyCompiler,
  policyCompiler,
  requestResourceValue,
  STRING,
  toJson,
  typeNameErrors,
} from "../src/index.ts";

function programOf(compiler: PolicyCompiler, expression: string): CompiledExpression {
  const { program, error } = compiler.compile(expression);
  if (program === undefined) throw new Error(error);
  return program;
}

const firstLine = (text: string | undefined): string | undefined => text?.split("\n")[0];

describe("expressions of policies", () => {
  it.each<[string, readonly [] | readonly (typeof INT)[], string | undefined]>([
    ["object.spec.replicas <= 5", [BOOL], undefined],
    ["1", [BOOL], "must evaluate to bool but got int"],
    ["1", [STRING, BOOL], "must evaluate to one of [string bool] but got int"],
    ["[1]", [BOOL], "must evaluate to bool but got list(int)"],
    ["request.kind.kind == 'Pod' && !request.dryRun", [BOOL], undefined],
    ["request.nope", [], "compilation failed: ERROR: <input>:1:8: undefined field 'nope'"],
    ["request.object", [], "compilation failed: ERROR: <input>:1:8: undefined field 'object'"],
    ["namespaceObject.metadata.labels['a'] == 'b'", [BOOL], undefined],
    ["namespaceObject.metadata.nope", [], "compilation failed: ERROR: <input>:1:25: undefined field 'nope'"],
    ["params.x", [], "compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')"],
    [
      "authorizer",
      [],
      "compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')",
    ],
    ["Object{}", [], "compilation failed: ERROR: <input>:1:7: undeclared reference to 'Object' (in container '')"],
    ["int('x') == 1", [BOOL], "program instantiation failed: type conversion error from 'string' to 'int'"],
  ])("%s as %s", (expression, types, error) => {
    const compiled = policyCompiler().compile(expression, types.length === 0 ? undefined : types);
    expect(firstLine(compiled.error)).toBe(error);
    expect(compiled.program === undefined).toBe(error !== undefined);
    expect(compiled.issues).toBe(error?.startsWith("comp") ? compiled.error?.slice(20) : undefined);
  });

  it("shows parameters and the authorizer where they are", () => {
    const compiler = policyCompiler({ params: true, authorizer: true });
    const allowed = "authorizer.requestResource.check('get').allowed() && params.x == 1";
    expect(compiler.compile(allowed, [BOOL]).error).toBeUndefined();
    expect(firstLine(compiler.compile(allowed, [BOOL], { authorizer: false }).error)).toBe(
      "compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')",
    );
  });

  it("checks against the types that it is given", () => {
    const schema: Schema = {
      type: "object",
      properties: { spec: { type: "object", properties: { replicas: { type: "integer" } } } },
    };
    const object = nameDecl(declTypeOfSchema(schema, { root: true }) as DeclType, "Widget");
    const compiler = policyCompiler({}, { object });
    expect(compiler.compile("object.spec.replicas > 1", [BOOL]).error).toBeUndefined();
    expect(compiler.compile("object.spec.replica > 1", [BOOL]).issues).toBe(
      "ERROR: <input>:1:12: undefined field 'replica'\n | object.spec.replica > 1\n | ...........^",
    );
    expect(firstLine(compiler.compile("oldObject.spec.replicas == 'a'", [BOOL]).issues)).toBe(
      "ERROR: <input>:1:25: found no matching overload for '_==_' applied to '(int, string)'",
    );
  });

  it("gives variables the types of their expressions", () => {
    const compiler = policyCompiler();
    expect(compiler.addVariable("a", "1 + 2").error).toBeUndefined();
    expect(compiler.addVariable("b", "variables.a + 1").error).toBeUndefined();
    expect(firstLine(compiler.addVariable("broken", "variables.c").error)).toMatch(/undefined field 'c'/);
    expect(compiler.compile("variables.b == variables.a && variables.broken == 'x'", [BOOL]).error).toBeUndefined();
    expect(firstLine(compiler.compile("variables.a == 'x'").issues)).toMatch(/applied to '\(int, string\)'/);
  });

  it("makes variables once, when they are read", () => {
    const compiler = policyCompiler();
    compiler.addVariable("a", "object.size()");
    compiler.addVariable("b", "object.x");
    const program = programOf(compiler, "variables.a + variables.a > 1 ? 'yes' : string(variables.b)");
    const read: string[] = [];
    const make = (name: string, value: CelValue) => () => {
      read.push(name);
      return value;
    };
    const variables = lazyVariables({ a: make("a", 3n), b: make("b", 4n) });
    expect(program.evaluate({ variables }).value).toBe("yes");
    expect(read).toEqual(["a"]);
  });
});

describe("mutations", () => {
  const compiler = policyCompiler({ patchTypes: true });
  const evaluate = (expression: string, object: Json = {}): CelValue => {
    const { value, error } = programOf(compiler, expression).evaluate({ object: dynamicValue(object) });
    if (error !== undefined || value === undefined) throw new Error(error);
    return value;
  };

  it("makes objects", () => {
    const value = evaluate("Object{spec: Object.spec{replicas: object.n + 1, names: ['a'], on: true}}", { n: 2 });
    expect(toJson(value)).toEqual({ spec: { replicas: 3, names: ["a"], on: true } });
    expect(typeNameErrors(value)).toEqual([]);
  });

  it("leaves out what optionals do not have", () => {
    expect(toJson(evaluate("Object{?a: object.?x, ?b: object.?y}", { x: 1 }))).toEqual({ a: 1 });
  });

  it("makes patches", () => {
    const value = evaluate(
      "[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b~c'), value: 'x'}]",
    );
    expect(toJson(value)).toEqual([{ op: "add", path: "/metadata/labels/a~1b~0c", value: "x" }]);
  });

  it("names types that are in the wrong place", () => {
    expect(typeNameErrors(evaluate("Object{spec: [Object.status{}]}"))).toEqual([
      'unexpected type name "Object.status", expected "Object.spec", which matches field name path from root Object type',
    ]);
  });

  it.each([
    ["JSONPatch{op: 1}", /type/],
    ["JSONPatch{nope: 'a'}", /expected type of field 'nope' is '' but provided type is 'string'/],
    ["Nothing{}", /undeclared reference to 'Nothing'/],
  ])("refuses %s", (expression, message) => {
    expect(compiler.compile(expression).error).toMatch(message);
  });
});

describe("authorizers", () => {
  const compiler = policyCompiler({ authorizer: true });
  const answer = (allowed: boolean): AuthorizationAnswer => ({ allowed, reason: allowed ? "because" : "" });

  it.each<[string, AuthorizationCheck]>([
    ["authorizer.path('/healthz').check('get')", { path: "/healthz", verb: "get" }],
    [
      "authorizer.group('apps').resource('deployments').subresource('scale').namespace('a').name('b').check('update')",
      { group: "apps", resource: "deployments", subresource: "scale", namespace: "a", name: "b", verb: "update" },
    ],
    [
      "authorizer.serviceAccount('default', 'robot').group('').resource('pods').fieldSelector('a=b').labelSelector('c').check('list')",
      {
        serviceAccount: { namespace: "default", name: "robot" },
        group: "",
        resource: "pods",
        fieldSelector: "a=b",
        labelSelector: "c",
        verb: "list",
      },
    ],
    ["authorizer.requestResource.check('delete')", { group: "", resource: "pods", name: "web", verb: "delete" }],
  ])("%s", (expression, check) => {
    const asked: AuthorizationCheck[] = [];
    const authorizer = authorizerValue((question) => {
      asked.push(question);
      return answer(true);
    });
    const variables = {
      authorizer,
      "authorizer.requestResource": requestResourceValue(authorizer, { group: "", resource: "pods", name: "web" }),
    };
    expect(programOf(compiler, `${expression}.allowed()`).evaluate(variables).value).toBe(true);
    expect(programOf(compiler, `${expression}.reason()`).evaluate(variables).value).toBe("because");
    expect(programOf(compiler, `${expression}.errored()`).evaluate(variables).value).toBe(false);
    expect(asked).toEqual([check]);
  });

  it.each([
    ["authorizer.path(' ').check('get').allowed()", "path must not be empty"],
    ["authorizer.group('').resource('').check('get').allowed()", "resource must not be empty"],
    ["authorizer.serviceAccount('A', 'b').path('/').check('get').allowed()", "Invalid service account namespace"],
    ["authorizer.serviceAccount('a', 'B!').path('/').check('get').allowed()", "Invalid service account name"],
  ])("%s has no answer", (expression, error) => {
    const authorizer = authorizerValue(() => answer(true));
    expect(programOf(compiler, expression).evaluate({ authorizer }).error).toBe(error);
  });

  it("may take its time", async () => {
    const asked: (string | undefined)[] = [];
    const authorizer = authorizerValue(async ({ path }) => {
      asked.push(path);
      return answer(path === "/b");
    });
    const program = programOf(
      compiler,
      "authorizer.path('/a').check('get').allowed() || authorizer.path('/b').check('get').allowed() || authorizer.path('/c').check('get').allowed()",
    );
    expect(await program.evaluateAsync({ authorizer })).toMatchObject({ value: true });
    expect(asked).toEqual(["/a", "/b"]);
    expect(program.evaluate({ authorizer }).value).toBe(true);
  });

  it("says so when there is no time", () => {
    const authorizer = authorizerValue(async () => answer(true));
    const program = programOf(compiler, "authorizer.path('/').check('get').allowed()");
    expect(() => program.evaluate({ authorizer })).toThrow(PendingDecision);
  });
});
