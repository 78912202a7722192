/** Fenced code block of a Markdown page. */
export interface CodeBlock {
  /** Language after the fence, or an empty text if there is none. */
  readonly language: string
  /** Code, without the indentation that its fence has. */
  readonly code: string
  /** Line of the page at which the code begins, counted from 1. */
  readonly line: number
}

/** Returns the fenced code blocks of a Markdown page, in order. */
export function readCodeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  const lines = page.split('\n')
  let open: {
    readonly fence: string
    readonly indent: string
    readonly language: string
    line: number
  } | null = null
  let code: string[] = []
  for (const [index, line] of lines.entries()) {
    const [, indent = '', fence = '', language = ''] = /^([ \t>]*)(`{3,}|~{3,}) *(\S*)/.exec(line) ?? []
    if (open === null) {
      if (fence === '') continue
      open = { fence, indent, language, line: index + 2 }
      code = []
    } else if (fence.startsWith(open.fence) && language === '') {
      blocks.push({ language: open.language, code: `${code.join('\n')}\n`, line: open.line })
      open = null
    } else {
      code.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line)
    }
  }
  return blocks
}
