import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkPython, hasPython, otherLanguages, syntaxChecks } from './check-code.ts'
import { readCodeBlocks } from './code-blocks.ts'
import { listMarkdown } from './list-markdown.ts'

const repository = join(import.meta.dirname, '../..')
const blocks = listMarkdown(repository).flatMap((file) =>
  readCodeBlocks(readFileSync(join(repository, file), 'utf8')).map((block) => ({
    ...block,
    at: `${file}:${block.line}`,
  })),
)

describe('code blocks of Markdown files', () => {
  test('each code block in Markdown has a language that the checks know', () => {
    const known = (language: string): boolean => language in syntaxChecks || otherLanguages.has(language)
    const unknown = blocks.filter(({ language }) => language !== '' && !known(language))
    expect(unknown.map(({ at, language }) => `${at}: ${language}`)).toEqual([])
  })

  test.for(Object.keys(syntaxChecks))('the syntax of each %s code block in Markdown is valid', (language) => {
    const check = syntaxChecks[language]
    const wrong = blocks
      .filter((block) => block.language === language)
      .flatMap(({ at, code }) => {
        const reason = check?.(code) ?? null
        return reason === null ? [] : [`${at}: ${reason}`]
      })
    expect(wrong).toEqual([])
  })

  test.skipIf(!hasPython())('each Python code block in Markdown compiles (needs python3)', () => {
    const python = blocks.filter(({ language }) => language === 'python')
    expect(python.length).toBeGreaterThan(3)
    const wrong = Object.entries(checkPython(python))
    expect(wrong.map(([index, reason]) => `${python[Number(index)]?.at}: ${reason}`)).toEqual([])
  })
})

describe('readCodeBlocks', () => {
  test('readCodeBlocks returns language, code and line of each block, also in lists and with longer fences', () => {
    const page =
      'a\n```sh\nb\n```\n- c\n  ```json\n  {}\n  ```\n````md\n```ts\nd\n```\n````\n~~~\ne\n~~~\n```sh\nopen\n'
    expect(readCodeBlocks(page)).toEqual([
      { language: 'sh', code: 'b\n', line: 3 },
      { language: 'json', code: '{}\n', line: 7 },
      { language: 'md', code: '```ts\nd\n```\n', line: 10 },
      { language: '', code: 'e\n', line: 15 },
    ])
  })
})

describe('syntaxChecks', () => {
  const isValid = (language: string, code: string): boolean => syntaxChecks[language]?.(code) === null

  test('the syntax check of sh refuses unclosed quotes and blocks', () => {
    expect(isValid('sh', 'a "b" | c # d\n')).toBe(true)
    expect(isValid('sh', "echo 'a\n")).toBe(false)
    expect(isValid('sh', 'if true; then\n')).toBe(false)
  })

  test('the syntax check of json accepts documents and members of an object, and refuses invalid JSON', () => {
    expect(isValid('json', '[{"a": 1}]')).toBe(true)
    expect(isValid('json', '"a": {"b": 1}')).toBe(true)
    expect(isValid('json', '{"a": 1,}')).toBe(false)
  })

  test('the syntax checks of yaml and properties refuse broken lines', () => {
    expect(isValid('yaml', 'a: 1\n---\nb: [2]\n')).toBe(true)
    expect(isValid('yaml', 'a: [1\n')).toBe(false)
    expect(isValid('properties', '# c\n\na=1\nspark.b  2\n')).toBe(true)
    expect(isValid('properties', 'a\n')).toBe(false)
  })

  test.skipIf(!hasPython())('the syntax check of python refuses broken code (needs python3)', () => {
    const block = (code: string): { language: string; code: string; line: number } => ({
      language: 'python',
      code,
      line: 1,
    })
    expect(checkPython([block('a = 1'), block('a = (')])).toEqual({
      1: expect.stringContaining('line 1') as string,
    })
  })
})
