import { mask, maskInline } from './mask.ts'
import { type Passage, type PassageKind, paragraphBreak } from './passage.ts'

/** Yields the headings, table cells, list items and paragraphs of a Markdown document, without code. */
export function* readMarkdown(source: string): Generator<Passage> {
  const lines = maskBlocks(source).split('\n')
  let block: { start: number; lines: string[] } | null = null
  let start = 0
  for (const line of lines) {
    const kind = classifyLine(line)
    if (kind !== 'text' && block !== null) {
      yield passage('paragraph', block.start, block.lines.join('\n'))
      block = null
    }
    if (kind === 'heading') yield passage('heading', start, mask(line, /^[ \t]*#+|#+[ \t]*$/g))
    else if (kind === 'row') yield passage('cell', start, line.replaceAll(/(?<!\\)\|/g, paragraphBreak))
    else if (kind === 'item') block = { start, lines: [mask(line, itemMarker)] }
    else if (kind === 'text') {
      const text = mask(line, /^[ \t]*>+/g)
      if (block === null) block = { start, lines: [text] }
      else block.lines.push(text)
    }
    start += line.length + 1
  }
  if (block !== null) yield passage('paragraph', block.start, block.lines.join('\n'))
}

const itemMarker = /^[ \t>]*(?:[-*+]|\d+[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/g

function classifyLine(line: string): 'heading' | 'row' | 'item' | 'text' | 'none' {
  if (/^[ \t>]*$/.test(line) || /^[ \t]*(?:={3,}|-{3,}|\*{3,})[ \t]*$/.test(line)) return 'none'
  if (/^[ \t]*#{1,6}[ \t]/.test(line)) return 'heading'
  if (/^[ \t]*\|[ \t:|-]*$/.test(line)) return 'none'
  if (/^[ \t]*\|/.test(line)) return 'row'
  return new RegExp(itemMarker, '').test(line) ? 'item' : 'text'
}

const fence = /^[ \t>]*(?<mark>`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^[ \t>]*\k<mark>[`~]*[ \t]*$|(?![\s\S]))/gm
const htmlComment = /<!--[\s\S]*?(?:-->|$)/g
const frontMatter = /^---\n[\s\S]*?\n---$/m
const definition = /^[ \t]*\[[^\]\n]+\]:[ \t]*\S.*$/gm

function maskBlocks(source: string): string {
  const start = source.startsWith('---\n')
    ? source.replace(frontMatter, (front) => mask(front, /./g))
    : source
  return [fence, htmlComment, definition].reduce((text, pattern) => mask(text, pattern), start)
}

const image = /!\[[^\]]*\]\([^)\s]*(?:\s+"[^"]*")?\)/g
const linkTarget = /(?<=\])(?:\([^)\s]*(?:\s+"[^"]*")?\)|\[[^\]\n]*\])/g
const htmlTag = /<\/?[a-zA-Z][^<>\n]*>/g
const emphasis = /\*+|(?<![\p{L}\d])_+|_+(?![\p{L}\d])|[[\]]/gu

function passage(kind: PassageKind, start: number, block: string): Passage {
  // Code is masked first, so that brackets and stars in code are not parsed as Markdown syntax.
  const text = [image, linkTarget, htmlTag, emphasis].reduce(
    (masked, pattern) => mask(masked, pattern),
    maskInline(block),
  )
  return { kind, start, text }
}
