import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { readSection, runStep } from './run-page.ts'

const page = `# Page

## First
\`\`\`sh
echo no
\`\`\`

## Second
\`\`\`sh
echo one
echo two >&2
\`\`\`
\`\`\`text
one
two
\`\`\`
\`\`\`python
print(3)
\`\`\`
\`\`\`yaml
a: 1
\`\`\`
`

const run = { folder: tmpdir(), env: { PATH: process.env['PATH'] ?? '' }, python: 'python3' }

test('readSection returns the shell and Python blocks of a section, each with the output below it', () => {
  expect(readSection(page, 'Second')).toEqual([
    { language: 'sh', code: 'echo one\necho two >&2\n', output: ['one', 'two'] },
    { language: 'python', code: 'print(3)\n', output: [] },
  ])
  expect(() => readSection(page, 'Third')).toThrow('"Third"')
})

test('runStep accepts a step that prints the output on the page, to stdout or stderr, and refuses other output', async () => {
  const [step] = readSection(page, 'Second')
  if (step === undefined) throw new Error('The section has no step.')
  expect(await runStep(step, run)).toBe('one\ntwo\n')
  await expect(runStep({ ...step, output: ['two', 'one'] }, run)).rejects.toThrow('does not print one')
})

test('runStep refuses a step whose first command fails', async () => {
  const step = { language: 'sh', code: 'false\necho one\n', output: [] } as const
  await expect(runStep(step, run)).rejects.toThrow('exited with 1')
})
