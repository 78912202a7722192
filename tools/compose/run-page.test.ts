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

test('a section has its commands and programs, each with the output below it', () => {
  expect(readSection(page, 'Second')).toEqual([
    { language: 'sh', code: 'echo one\necho two >&2\n', output: ['one', 'two'] },
    { language: 'python', code: 'print(3)\n', output: [] },
  ])
  expect(() => readSection(page, 'Third')).toThrow('"Third"')
})

test('a step prints what the page shows, on both streams', async () => {
  const [step] = readSection(page, 'Second')
  if (step === undefined) throw new Error('The section has no step.')
  expect(await runStep(step, run)).toBe('one\ntwo\n')
  await expect(runStep({ ...step, output: ['two', 'one'] }, run)).rejects.toThrow('does not print one')
})

test('a step whose first command fails is refused', async () => {
  const step = { language: 'sh', code: 'false\necho one\n', output: [] } as const
  await expect(runStep(step, run)).rejects.toThrow('exited with 1')
})
