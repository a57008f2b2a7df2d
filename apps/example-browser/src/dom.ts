/** The part of the DOM that this page uses; the repository is type-checked without a browser's types. */
export interface DomElement {
  textContent: string | null;
  className: string;
  value: string;
  readonly dataset: Record<string, string>;
  append(...children: (DomElement | string)[]): void;
  replaceChildren(...children: DomElement[]): void;
  addEventListener(type: "click" | "change", listener: () => void): void;
}

interface DomDocument {
  readonly body: DomElement;
  createElement(name: string): DomElement;
  getElementById(id: string): DomElement | null;
}

const { document } = globalThis as unknown as { readonly document: DomDocument };

export const body: DomElement = document.body;

/** The element of the page with this id. */
export function byId(id: string): DomElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element #${id}`);
  return element;
}

/** A new element. */
export function make(name: string, className: string, ...children: (DomElement | string)[]): DomElement {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
}

/** Calls `draw` once before the next frame however often it is asked for. */
export function oncePerFrame(draw: () => void): () => void {
  const { requestAnimationFrame } = globalThis as unknown as { requestAnimationFrame(callback: () => void): void };
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}
