// Creating elements. Text is always inserted as text, so a response can never become markup.

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

/** Creates an element. A function is added as an event listener (`onclick`); `true` sets an empty attribute. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

export function append(element: Element, children: Child[]): void {
  element.append(...children.filter((child): child is Node | string => !!child));
}

export function setChildren(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

/** An element that the page has from the beginning. */
export function elementById<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}
