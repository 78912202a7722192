/** Formats a heading, notes and a table as Markdown. The columns after the first one contain figures. */
export function tableSection(
  { title, notes }: { readonly title: string; readonly notes: readonly string[] },
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const rule = columns.map((_, at) => (at === 0 ? '---' : '---:'))
  return ['', `## ${title}`, '', ...notes.flatMap((note) => [note, '']), ...[columns, rule, ...rows].map(row)]
}

function row(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`
}

export function count(value: number): string {
  return Number.isNaN(value) ? '' : Math.round(value).toLocaleString('en-US')
}

export function decimal(value: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(value < 10 ? 2 : 1)
}

/** Formats a ratio as a percentage such as `83 %`. From 2 on, formats it as a factor such as `2.1 ×`. */
export function ratio(value: number): string {
  return value >= 2 ? `${value.toFixed(1)} ×` : percent(value)
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(0)} %` : ''
}
