import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { aRequest, create } from './test-context.ts'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```properties\n([^]*?)```/g)].map(([, text = '']) => {
  const lines = text.trim().split('\n')
  const entries = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  const properties = Object.fromEntries(entries.map(([name, value]) => [name, value?.replace('…', 'x')]))
  return { title: lines.slice(0, 3).join(' '), properties }
})

/** Keys of nobody. */
const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }

describe('each example of the README is a configuration', () => {
  it.each(examples)('$title', async ({ properties }) => {
    const warnings: string[] = []
    const auth = await create(properties, {
      env,
      initialize: false,
      warn: (message) => warnings.push(message),
    })
    expect(warnings).toEqual([])
    const needsOthers = /command|token-file/.test(Object.keys(properties).join())
    if (needsOthers) return
    const { headers } = await auth.authenticate(aRequest())
    expect(headers.map(([name]) => name.toLowerCase())).toEqual(
      expect.arrayContaining([...(auth.setsHeaders ?? ['authorization'])].slice(0, 1)),
    )
  })

  it('and there are as many as services', () => {
    expect(examples.length).toBeGreaterThanOrEqual(14)
  })
})
