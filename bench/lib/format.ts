/** A line of a table in Markdown. */
export function row(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`
}

/** The headings of a table; all columns but the first hold figures. */
export function tableHead(columns: readonly string[]): string[] {
  return [row(columns), row(columns.map((_, at) => (at === 0 ? '---' : '---:')))]
}

export function count(value: number): string {
  return Number.isNaN(value) ? '' : Math.round(value).toLocaleString('en-US')
}

export function decimal(value: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(value < 10 ? 2 : 1)
}

/** `83 %`, and from twice on `2.1 ×`. */
export function ratio(value: number): string {
  return value >= 2 ? `${value.toFixed(1)} ×` : percent(value)
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(0)} %` : ''
}
