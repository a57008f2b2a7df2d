/** A place in the tree of all descriptions: most places have one continuation only. */
class Place<Token, Result> {
  token: Token | undefined;
  next: Place<Token, Result> | undefined;
  others: Map<Token, Place<Token, Result>> | undefined;
  result: Result | undefined;
}

/** Descriptions of this many tokens are kept; then all are forgotten. A description of a Pod has some 300. */
const CAPACITY = 100_000;

/** Keeps a result for each description, which is told token by token: {@link begin}, {@link add} ..., {@link get}. */
export class TokenTree<Token, Result extends object> {
  #root = new Place<Token, Result>();
  #count = 0;
  #at: Place<Token, Result> = this.#root;

  /** Begins a description. */
  begin(): void {
    if (this.#count > CAPACITY) {
      this.#root = new Place();
      this.#count = 0;
    }
    this.#at = this.#root;
  }

  /** Tokens are compared by identity, as keys of a Map are. */
  add(token: Token): void {
    const at = this.#at;
    if (at.token === token) this.#at = at.next as Place<Token, Result>;
    else this.#at = at.others?.get(token) ?? this.#grow(at, token);
  }

  /** What the first description of these tokens resulted in. */
  get(make: () => Result): Result {
    const place = this.#at;
    place.result ??= make();
    return place.result;
  }

  #grow(at: Place<Token, Result>, token: Token): Place<Token, Result> {
    const place = new Place<Token, Result>();
    this.#count += 1;
    if (at.token === undefined) {
      at.token = token;
      at.next = place;
    } else {
      at.others ??= new Map();
      at.others.set(token, place);
    }
    return place;
  }
}
