import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { runSteps, withoutInstalls } from './run-steps.ts'

const folder = mkdtempSync(join(tmpdir(), 'headgate-steps-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function run(page: string): Promise<readonly string[]> {
  await using keeper = new ProcessKeeper()
  return await runSteps(page, { keeper, folder, env: { NAME: 'ada' }, say: () => {} })
}

const block = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\`\n`

describe('runSteps', () => {
  test('runSteps runs the blocks of a page in order, in one folder, with the given environment', async () => {
    const page = block('sh', 'echo "$NAME" > file') + block('sh', 'cat file') + block('text', 'ada')
    expect(await run(page)).toEqual(['ada'])
  })

  test('runSteps throws if commands do not print the output that the page shows', async () => {
    await expect(run(block('sh', 'echo one') + block('text', 'two'))).rejects.toThrow(
      'The commands did not print "two". They printed:\none',
    )
  })

  test('runSteps throws if commands fail, unless the page shows an error', async () => {
    await expect(run(block('sh', 'echo broken >&2; exit 3'))).rejects.toThrow('exit code 3')
    expect(await run(block('sh', 'echo "error: no" >&2; exit 3') + block('text', 'error: no'))).toHaveLength(
      1,
    )
  })

  test('runSteps keeps terminals running until the end of the page', async () => {
    const terminal = block('sh terminal', 'echo ready; sleep 60; touch ended') + block('text', 'ready')
    const page = terminal + block('sh', 'ls ended 2>/dev/null || echo "still running"')
    expect(await run(page)).toEqual(['ready', 'still running'])
  })

  test('runSteps throws if a terminal ends before it is ready', async () => {
    const page = block('sh terminal', 'echo wrong') + block('text', 'ready')
    await expect(run(page)).rejects.toThrow('A terminal ended')
  })
})

test('withoutInstalls removes the lines that install packages', () => {
  expect(withoutInstalls('pip install "a[b]"\npython x.py\nnpm install c\n')).toBe('python x.py\n')
})
