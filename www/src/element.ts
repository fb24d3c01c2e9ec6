// Elements from data.

type Child = Node | string | number | null | undefined | false | Child[];

type Attributes = Record<string, string | number | boolean | undefined | null | ((event: never) => void)>;

/** An element with attributes, listeners (`onclick`, ...) and children; `false` and `null` are left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

function append(parent: Node, children: Child[]) {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (child !== null && child !== undefined && child !== false) {
      parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
}

/** Children as a list, for where several belong together. */
export const all = (...children: Child[]): Child[] => children;

/** Text with what it means, told on hover, on press and, if it is a `stop` of the tab key, on focus. */
export const hint = (text: Child, meaning: string | null | undefined, stop = false): Child =>
  meaning ? h("abbr", { title: meaning, tabindex: stop ? 0 : -1 }, text) : text;

/** A column of a table. */
export interface TableColumn<Row> {
  title: string;
  cell: (row: Row) => Child;
  /** Numbers stand on the right. */
  number?: boolean;
  /** What to sort by when its title is pressed. */
  sort?: (row: Row) => number | string | null | undefined;
  /** What the title means. */
  hint?: string;
  /** The column that names the row. */
  head?: boolean;
  /** Sentences need some width, or they become towers. */
  prose?: boolean;
}

/** A table with sortable columns; wide ones scroll on their own. */
export function table<Row>(caption: string, columns: TableColumn<Row>[], rows: Row[], limit = 200): HTMLElement {
  const body = h("tbody");
  let shown = rows;
  let most = limit;
  const more = h("button", { type: "button", class: "quiet", onclick: () => ((most = Infinity), fill()) });
  const fill = () => {
    body.replaceChildren(
      ...shown.slice(0, most).map((row) =>
        h(
          "tr",
          {},
          columns.map((column) =>
            h(
              column.head ? "th" : "td",
              { class: column.number ? "number" : column.prose && "prose", scope: column.head && "row" },
              column.cell(row),
            ),
          ),
        ),
      ),
    );
    more.hidden = shown.length <= most;
    more.textContent = `Show all ${shown.length} rows`;
  };
  const heads = columns.map((column) => {
    const title = hint(column.title, column.hint);
    const head = column.title ? h("th", { scope: "col", class: column.number && "number" }, title) : h("td");
    const { sort } = column;
    if (sort && rows.length > 1) {
      const button = h(
        "button",
        {
          type: "button",
          class: "sort",
          onclick: () => {
            const falling = head.getAttribute("aria-sort") !== "descending";
            for (const other of heads) other.removeAttribute("aria-sort");
            head.setAttribute("aria-sort", falling ? "descending" : "ascending");
            shown = [...rows].sort((a, b) => (falling ? -1 : 1) * compare(sort(a), sort(b)));
            fill();
          },
        },
        title,
      );
      head.replaceChildren(button);
    }
    return head;
  });
  fill();
  const scroll = h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", { class: "unseen" }, caption), h("thead", {}, h("tr", {}, heads)), body),
  );
  return h("div", { class: "table" }, scroll, more);
}

function compare(a: number | string | null | undefined, b: number | string | null | undefined): number {
  if (a === null || a === undefined) return b === null || b === undefined ? 0 : -1;
  if (b === null || b === undefined) return 1;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}
