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

test('the systemd unit sets only environment variables that the server reads', () => {
  const names = [...text.matchAll(/^Environment=(HEADGATE_\w+)=/gm)].map(([, name = '']) => name)
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) expect(configuration).toContain(`| \`${name}\` |`)
})

test('TimeoutStopSec of the systemd unit is at least the time that a graceful stop can take', () => {
  const shutdownMs = Number(/`HEADGATE_SHUTDOWN_TIMEOUT_MS` \| [^|]+ \| `(\d+)`/.exec(configuration)?.[1])
  // On a stop, the server first waits for running requests (`shutdownMs`), and then up to 15 s: 10 s for jobs, 3 s
  // for audit events, and 2 s for connections.
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(shutdownMs / 1000 + 15)
})

const hasSystemd = analyze('--version').status === 0
describe.skipIf(!hasSystemd)('systemd-analyze (skipped where systemd is not installed)', () => {
  test('systemd-analyze verify accepts the unit', () => {
    expect(analyze('verify', unit)).toEqual({ status: 0, output: '' })
  })

  test('systemd-analyze verify refuses a unit with a misspelled directive', () => {
    const wrong = join(folder, 'wrong.service')
    writeFileSync(wrong, text.replace('DynamicUser=', 'DynamikUser='))
    expect(analyze('verify', wrong).output).toContain('DynamikUser')
  })

  test('systemd-analyze security rates the exposure of the unit at 2.0 or below', () => {
    // The threshold is in tenths. The command exits with 1 if the exposure is higher.
    const { status, output } = analyze('security', '--offline=true', '--threshold=20', unit)
    expect(output).toContain('Overall exposure level')
    expect(status).toBe(0)
  })
})
