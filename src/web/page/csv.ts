// Reading CSV (RFC 4180), as far as the page shows it. The service reads it for itself.

/** Rows of cells; line ends of any kind; quotes doubled inside quotes. */
export function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  const endRow = () => {
    row.push(cell);
    // An empty line is no row.
    if (row.length > 1 || row[0] !== "") rows.push(row);
    [row, cell] = [[], ""];
  };
  for (let at = 0; at < plain.length; at++) {
    const c = plain[at]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (plain[at + 1] === '"') { cell += '"'; at++; } else quoted = false;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === ",") { row.push(cell); cell = ""; }
    else if (c === "\n") endRow();
    else if (c === "\r") { if (plain[at + 1] !== "\n") endRow(); }
    else cell += c;
  }
  if (cell !== "" || row.length) endRow();
  return rows;
}
