import { check } from "./check/check.ts";
import type { CheckedExpr } from "./check/checked.ts";
import { type FunctionDeclaration, functionTable } from "./check/declarations.ts";
import { DeclaredTypes, type StructType, type TypeProvider } from "./check/type-provider.ts";
import { validate } from "./check/validate.ts";
import {
  type CompiledExpression,
  type CompileFailure,
  type Environment,
  type EnvironmentOptions,
  type Estimate,
  type EvaluateOptions,
  type Evaluation,
  PendingDecision,
  type SizeEstimator,
  type Variables,
} from "./contract.ts";
import { estimateCost } from "./cost/estimate.ts";
import { Cancelled, Frame } from "./evaluate/frame.ts";
import type { Plan } from "./evaluate/plan.ts";
import { PlanError, plan } from "./evaluate/planner.ts";
import { KUBERNETES, type LibraryParts } from "./library/libraries.ts";
import { type Macro, type MacroTable, macroTable } from "./syntax/macro.ts";
import { parse } from "./syntax/parse.ts";
import { display, type Issue, locate } from "./syntax/source.ts";
import type { CelType } from "./types/cel-type.ts";
import type { DeclType } from "./types/decl-type.ts";
import { CelError } from "./values/value.ts";

/** Upstream's limit for one evaluation: about a tenth of a second there. */
const COST_LIMIT = 1_000_000;

interface Parts {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly declTypes: readonly DeclType[];
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly macros: readonly Macro[];
  readonly types: ReadonlyMap<string, CelType>;
  readonly structs: readonly ((name: string) => StructType | undefined)[];
}

let base: Environment | undefined;

/** The language and the libraries of Kubernetes 1.36, without variables. Shared. */
export function baseEnvironment(): Environment {
  base ??= new KubernetesEnvironment(withLibraries(EMPTY, [KUBERNETES]));
  return base;
}

const EMPTY: Parts = {
  variables: new Map(),
  declTypes: [],
  functions: new Map(),
  macros: [],
  types: new Map(),
  structs: [],
};

function withLibraries(parts: Parts, libraries: readonly LibraryParts[]): Parts {
  return {
    ...parts,
    functions: functionTable(
      libraries.flatMap((library) => library.functions),
      parts.functions,
    ),
    macros: [...parts.macros, ...libraries.flatMap((library) => library.macros)],
    types: new Map([
      ...parts.types,
      ...libraries.flatMap((library) => library.types).map((type) => [type.name, type] as const),
    ]),
    structs: [...parts.structs, ...libraries.flatMap((library) => library.structs ?? [])],
  };
}

class KubernetesEnvironment implements Environment {
  readonly #parts: Parts;
  readonly #macros: MacroTable;
  readonly #types: TypeProvider;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#macros = macroTable(parts.macros);
    this.#types = new DeclaredTypes(parts.declTypes, parts.types, (name) => {
      for (const structs of parts.structs) {
        const found = structs(name);
        if (found !== undefined) return found;
      }
      return undefined;
    });
  }

  extend({ variables, declTypes, libraries }: EnvironmentOptions): Environment {
    const parts = withLibraries(this.#parts, (libraries ?? []) as readonly LibraryParts[]);
    return new KubernetesEnvironment({
      ...parts,
      variables: new Map([...parts.variables, ...Object.entries(variables ?? {})]),
      declTypes: [...parts.declTypes, ...(declTypes ?? [])],
    });
  }

  compile(source: string): CompiledExpression | CompileFailure {
    const parsed = parse(source, this.#macros);
    if (parsed.expr === undefined) return failure(source, parsed.issues);
    const { variables, functions } = this.#parts;
    const { issues, checked } = check(parsed.expr, { variables, functions, types: this.#types });
    if (issues.length > 0) return failure(source, issues);
    const invalid = validate(checked);
    if (invalid.length > 0) return failure(source, invalid);
    return new Compiled(source, checked, functions);
  }
}

function failure(source: string, issues: readonly Issue[]): CompileFailure {
  const errors = locate(source, issues);
  return { ok: false, errors, issues: display(source, errors, issues.length) };
}

class Compiled implements CompiledExpression {
  readonly ok = true;
  readonly source: string;
  readonly outputType: CelType;
  readonly references: ReadonlySet<string>;
  readonly programError: string | undefined;
  readonly #checked: CheckedExpr;
  readonly #plan: Plan | undefined;

  constructor(source: string, checked: CheckedExpr, functions: ReadonlyMap<string, FunctionDeclaration>) {
    this.source = source;
    this.outputType = checked.types.get(checked.expr) as CelType;
    this.#checked = checked;
    const names = [...checked.references.values()].map((each) => (each.kind === "function" ? undefined : each.name));
    this.references = new Set(names.filter((name) => name !== undefined));
    try {
      this.#plan = plan(checked, functions);
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      this.programError = error.message;
    }
  }

  estimateCost(sizeOf?: SizeEstimator): Estimate {
    return estimateCost(this.#checked, sizeOf);
  }

  evaluate(variables: Variables, { costLimit = COST_LIMIT, signal }: EvaluateOptions = {}): Evaluation {
    if (this.#plan === undefined) return { error: this.programError ?? "", cost: 0 };
    const frame = new Frame(variables, costLimit, signal);
    try {
      const value = this.#plan.run(frame);
      const { cost } = frame;
      return value instanceof CelError ? { error: value.message, cost } : { value, cost };
    } catch (error) {
      if (error instanceof Cancelled) return { error: error.message, cost: frame.cost };
      throw error;
    }
  }

  async evaluateAsync(variables: Variables, options?: EvaluateOptions): Promise<Evaluation> {
    for (;;) {
      try {
        return this.evaluate(variables, options);
      } catch (error) {
        if (!(error instanceof PendingDecision)) throw error;
        await error.decided;
      }
    }
  }
}
