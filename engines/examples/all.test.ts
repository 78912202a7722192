import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readShellSteps } from '../../conformance/lib/shell-steps.ts'
import { examples } from './all.ts'

const folder = join(import.meta.dirname, '../../examples')
const folders = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

// Folders whose examples are run by other tests.
const others = ['apply']

test('the list of examples contains each folder of examples', () => {
  const names = [...examples.map(({ name }) => name), ...others]
  expect(names.toSorted()).toEqual(folders.toSorted())
})

test('the README of the examples folder links to each example', () => {
  const index = readFileSync(join(folder, 'README.md'), 'utf8')
  expect(folders.filter((name) => !index.includes(`](${name}/README.md)`))).toEqual([])
})

test.each(examples)('the README of the example $name contains commands and their output', ({ name }) => {
  const steps = readShellSteps(readFileSync(join(folder, name, 'README.md'), 'utf8'))
  expect(steps.length).toBeGreaterThan(1)
  expect(steps.some(({ output, terminal }) => !terminal && output.length > 0)).toBe(true)
})
