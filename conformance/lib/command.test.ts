import { mkdtempSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { leaveNothing, runCommand } from './command.ts'
import { ProcessKeeper } from './process-keeper.ts'

const before = process.exitCode
afterEach(() => {
  process.exitCode = before
})

test('a command exits with the code that its main function returns, or with 2 if the function throws', async () => {
  await runCommand('test', () => Promise.resolve(1))
  expect(process.exitCode).toBe(1)
  await runCommand('test', () => Promise.reject(new Error('there is no server')))
  expect(process.exitCode).toBe(2)
  await runCommand('test', () => 0)
  expect(process.exitCode).toBe(0)
})

test('leaveNothing deletes the folder of a run that succeeded', async () => {
  await using keeper = new ProcessKeeper()
  const folder = mkdtempSync(join(tmpdir(), 'headgate-command-'))
  expect(await leaveNothing(keeper, folder)).toBe(0)
  expect(existsSync(folder)).toBe(false)
})
