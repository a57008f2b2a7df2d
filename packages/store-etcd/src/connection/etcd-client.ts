import type { Clock } from "@pinnace/clock";
import { StoreError } from "@pinnace/store";
import { AUTHENTICATE, type Method } from "../protocol/methods.ts";
import type { Attempt, Member } from "./endpoint.ts";
import type { Failure } from "./etcd-error.ts";

interface EtcdClientParts {
  readonly endpoints: readonly Member[];
  readonly clock: Clock;
  readonly auth: { readonly user: string; readonly password: string } | undefined;
  /** Milliseconds in which a call finds an endpoint and gets its answer. */
  readonly requestTimeout: number;
  /** Milliseconds until the connection to one endpoint must stand. */
  readonly dialTimeout: number;
}

/** Milliseconds before all endpoints are tried once more. */
const ROUND_PAUSE = 200;
/** Milliseconds that one member has to answer a repeatable call, when there are others. */
const READ_ATTEMPT = 3_000;
/** Milliseconds that one member has to answer a write; a leader that must renew its lease needs time for a second try. */
const WRITE_ATTEMPT = 5_000;

/**
 * Calls to whichever endpoint serves them. One is used as long as it answers. A call that may be repeated goes to the next one after any
 * failure, any other only when the failure proves that it was not applied.
 */
export class EtcdClient {
  readonly #parts: EtcdClientParts;
  #current: number;
  #token: Promise<string> | undefined;

  /** `first` is the index of the endpoint to begin with. */
  constructor(parts: EtcdClientParts, first: number) {
    this.#parts = parts;
    this.#current = first % parts.endpoints.length;
  }

  /** Errors: those of {@link Failure}; `UNAVAILABLE` when no endpoint answers in time. */
  callRepeatably<Request, Response>(
    method: Method<Request, Response>,
    message: Request,
    attemptTimeout: number = READ_ATTEMPT,
  ): Promise<Response> {
    return this.#perform(method, message, { attemptTimeout, again: () => true });
  }

  /** Errors: those of {@link Failure}; `OUTCOME_UNKNOWN` when it is not known whether the write was applied. */
  callOnce<Request, Response>(method: Method<Request, Response>, message: Request): Promise<Response> {
    const attemptTimeout = Math.min(WRITE_ATTEMPT, this.#parts.requestTimeout);
    return this.#perform(method, message, { attemptTimeout, again: ({ kind }) => kind !== "unknown" });
  }

  /** An endpoint whose connection stands, and the token to use with it. */
  async connected(): Promise<{ readonly endpoint: Member; readonly token: string | undefined }> {
    const { clock, endpoints, dialTimeout, requestTimeout } = this.#parts;
    const deadline = clock.now() + requestTimeout;
    for (let attempt = 1; ; attempt++) {
      const endpoint = this.#endpoint;
      const failure = await endpoint.connect(dialTimeout);
      if (failure === undefined) return { endpoint, token: await this.#authenticated() };
      await this.#moveOn(endpoint, attempt, failure, deadline, endpoints.length);
    }
  }

  /** Says that an endpoint does not serve: the next calls go to another one. */
  avoid(endpoint: Member): void {
    if (this.#endpoint === endpoint) this.#current = (this.#current + 1) % this.#parts.endpoints.length;
  }

  /** Forgets the token; the next call asks for a new one. */
  forgetToken(): void {
    this.#token = undefined;
  }

  close(): void {
    for (const endpoint of this.#parts.endpoints) endpoint.close();
  }

  get #endpoint(): Member {
    return this.#parts.endpoints[this.#current] as Member;
  }

  async #perform<Request, Response>(
    method: Method<Request, Response>,
    message: Request,
    { attemptTimeout, again }: { readonly attemptTimeout: number; readonly again: (failure: Failure) => boolean },
  ): Promise<Response> {
    const { clock, endpoints, requestTimeout } = this.#parts;
    const deadline = clock.now() + Math.max(requestTimeout, attemptTimeout);
    for (let attempt = 1; ; attempt++) {
      const endpoint = this.#endpoint;
      const token = await this.#authenticated();
      const result = await this.#attempt(endpoint, method, message, token, attemptTimeout);
      if (result.ok) return result.response;
      const { failure } = result;
      if (failure.kind === "refused" || failure.kind === "lease" || !again(failure)) {
        if (failure.kind !== "unknown") throw failure.error;
        this.avoid(endpoint);
        throw new StoreError("OUTCOME_UNKNOWN", failure.error.message, { cause: failure.error });
      }
      if (failure.kind === "authenticate") this.forgetToken();
      await this.#moveOn(endpoint, attempt, failure, deadline, endpoints.length);
    }
  }

  #attempt<Request, Response>(
    endpoint: Member,
    method: Method<Request, Response>,
    message: Request,
    token: string | undefined,
    timeout: number,
  ): Promise<Attempt<Response>> {
    return endpoint.call(method, message, { timeout, dialTimeout: this.#parts.dialTimeout, token });
  }

  /** Turns to the next endpoint, after a pause when all have been tried; throws when the time is over. */
  async #moveOn(endpoint: Member, attempt: number, failure: Failure, deadline: number, round: number): Promise<void> {
    const { clock } = this.#parts;
    if (failure.kind !== "authenticate") this.avoid(endpoint);
    if (clock.now() >= deadline) throw failure.error;
    if (attempt % round === 0) await clock.sleep(ROUND_PAUSE);
  }

  async #authenticated(): Promise<string | undefined> {
    const { auth } = this.#parts;
    if (auth === undefined) return undefined;
    this.#token ??= this.#authenticate(auth);
    try {
      return await this.#token;
    } catch (error) {
      this.#token = undefined;
      throw error;
    }
  }

  async #authenticate({ user, password }: { readonly user: string; readonly password: string }): Promise<string> {
    const { clock, endpoints, requestTimeout } = this.#parts;
    const deadline = clock.now() + requestTimeout;
    for (let attempt = 1; ; attempt++) {
      const endpoint = this.#endpoint;
      const result = await this.#attempt(endpoint, AUTHENTICATE, { name: user, password }, undefined, READ_ATTEMPT);
      if (result.ok) return result.response.token;
      if (/authentication is not enabled/.test(result.failure.error.message))
        throw new StoreError("UNAVAILABLE", `etcd at ${endpoint.url} does not use authentication`, {
          remedy: "Leave out user and password, or enable it with etcdctl auth enable.",
        });
      if (result.failure.kind === "refused") throw result.failure.error;
      await this.#moveOn(endpoint, attempt, result.failure, deadline, endpoints.length);
    }
  }
}
