import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const repository = join(import.meta.dirname, '../..')
const unit = join(repository, 'deploy/systemd/headgate.service')
const text = readFileSync(unit, 'utf8')
const configuration = readFileSync(join(repository, 'docs/reference/configuration.md'), 'utf8')

const folder = mkdtempSync(join(tmpdir(), 'headgate-unit-'))
afterAll(() => rmSync(folder, { recursive: true }))

function analyze(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

test('the unit sets only variables that the server has', () => {
  const names = [...text.matchAll(/^Environment=(HEADGATE_\w+)=/gm)].map(([, name = '']) => name)
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) expect(configuration).toContain(`| \`${name}\` |`)
})

test('the unit leaves the server the time that a stop needs', () => {
  const shutdownMs = Number(/`HEADGATE_SHUTDOWN_TIMEOUT_MS` \| [^|]+ \| `(\d+)`/.exec(configuration)?.[1])
  // After the running requests: jobs 10 s, audit events 3 s, connections 2 s.
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(shutdownMs / 1000 + 15)
})

const hasSystemd = analyze('--version').status === 0
describe.skipIf(!hasSystemd)('systemd-analyze (skipped where systemd is not installed)', () => {
  test('accepts the unit', () => {
    expect(analyze('verify', unit)).toEqual({ status: 0, output: '' })
  })

  test('refuses a unit with a misspelled directive', () => {
    const wrong = join(folder, 'wrong.service')
    writeFileSync(wrong, text.replace('DynamicUser=', 'DynamikUser='))
    expect(analyze('verify', wrong).output).toContain('DynamikUser')
  })

  test('rates the exposure of the unit below 2', () => {
    // The threshold is in tenths; the command exits with 1 above it.
    const { status, output } = analyze('security', '--offline=true', '--threshold=20', unit)
    expect(output).toContain('Overall exposure level')
    expect(status).toBe(0)
  })
})
