import { apiAt } from "../api.ts";
import type { ApiTarget } from "./target.ts";

/** Requests that prepare or verify a benchmark; they are not measured. */
interface TargetApi {
  /** The decoded body; rejects for any status but `expected`. */
  ask(method: string, path: string, body?: object, expected?: number): Promise<unknown>;
  /** How many objects a collection has. */
  count(path: string): Promise<number>;
  close(): void;
}

const SETTLING = 30_000;

export function targetApi({ port, token, name }: ApiTarget): TargetApi {
  const api = apiAt(port, token);
  const ask: TargetApi["ask"] = async (method, path, body, expected = method === "POST" ? 201 : 200) => {
    const answer = await api.call(method, path, body);
    if (answer?.status === expected) return answer.object;
    const said = JSON.stringify(answer?.object)?.slice(0, 300);
    throw new Error(`${name}: ${method} ${path} gave ${answer?.status ?? "no answer"} instead of ${expected}: ${said}`);
  };
  return {
    ask,
    count: async (path) => {
      const list = (await ask("GET", `${path}?limit=1`)) as {
        readonly items: readonly unknown[];
        readonly metadata: { readonly remainingItemCount?: number };
      };
      return list.items.length + (list.metadata.remainingItemCount ?? 0);
    },
    close: api.close,
  };
}

/** Gives a namespace, which a server makes a moment after it is ready, the service account that pods need. */
export async function prepareNamespace(api: TargetApi, namespace = "default"): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  const accounts = `${path}/serviceaccounts`;
  const end = performance.now() + SETTLING;
  for (;;)
    try {
      await api.ask("GET", path);
      const list = (await api.ask("GET", accounts)) as { readonly items: readonly unknown[] };
      if (list.items.length === 0) await api.ask("POST", accounts, { metadata: { name: "default" } });
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
