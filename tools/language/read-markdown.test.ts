import { expect, it } from 'vitest'
import { splitSentences } from './passage.ts'
import { readMarkdown } from './read-markdown.ts'

const read = (source: string): string[][] =>
  [...readMarkdown(source)].map((passage) => [
    passage.kind,
    ...splitSentences(passage).map(({ text }) => text),
  ])

it('readMarkdown yields headings, paragraphs and list items as separate passages', () => {
  const source =
    '# Title\n\nFirst line\nof a paragraph. Second sentence.\n- one item\n  on two lines\n2. another\n> a quotation\n'
  expect(read(source)).toEqual([
    ['heading', 'Title'],
    ['paragraph', 'First line of a paragraph.', 'Second sentence.'],
    ['paragraph', 'one item on two lines'],
    ['paragraph', 'another a quotation'],
  ])
})

it('the cells of a Markdown table are separate sentences', () => {
  expect(read('| name | meaning |\n|---|:-:|\n| a row | what it is |\n')).toEqual([
    ['cell', 'name', 'meaning'],
    ['cell', 'a row', 'what it is'],
  ])
})

it('readMarkdown omits code blocks, comments and link definitions', () => {
  const source =
    'Before.\n\n```sh\nhidden text\n```\n\n~~~\nhidden\n~~~\n<!-- hidden\ntext -->\n[hidden]: https://a.example\n\nAfter.\n'
  expect(read(source)).toEqual([
    ['paragraph', 'Before.'],
    ['paragraph', 'After.'],
  ])
})

it('readMarkdown masks emphasis marks, link targets and images, and makes one word of inline code', () => {
  const source = '**Bold** and _even_ [a link](hidden.md) ![image](hidden.png) <b>with</b> `hidden *x* [y]`'
  const [[, text = ''] = []] = read(source)
  expect(text.replaceAll(/x+/g, 'x')).toBe('Bold and even a link with x')
})

it('readMarkdown yields the offsets of a passage in the file', () => {
  const source = '# Title\n\n- First item. The **second** sentence.\n'
  const [, item] = readMarkdown(source)
  const [, second] = item === undefined ? [] : splitSentences(item)
  expect(source.slice(second?.start, second?.end)).toBe('The **second** sentence.')
})
