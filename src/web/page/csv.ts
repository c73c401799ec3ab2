// A CSV parser (RFC 4180) for what the page shows. The service parses the file itself.

/** Parses rows of cells, with any line ending, and with doubled quotes inside quoted cells. */
export function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const content = text.startsWith("\ufeff") ? text.slice(1) : text;
  const endRow = () => {
    row.push(cell);
    // Empty lines are skipped.
    if (row.length > 1 || row[0] !== "") rows.push(row);
    [row, cell] = [[], ""];
  };
  for (let index = 0; index < content.length; index++) {
    const character = content[index]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (content[index + 1] === '"') { cell += '"'; index++; } else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === ",") { row.push(cell); cell = ""; }
    else if (character === "\n") endRow();
    else if (character === "\r") { if (content[index + 1] !== "\n") endRow(); }
    else cell += character;
  }
  if (cell !== "" || row.length) endRow();
  return rows;
}
