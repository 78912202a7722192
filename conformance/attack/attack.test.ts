import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { allSuites } from './suites.ts'
import { openFixtures } from './fixtures.ts'
import { sumTotals } from './report.ts'
import { runAttacks } from './run.ts'

const cases = 250

test(`the server refuses all of ${cases} attacks on its storage access`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-attack-'))
  try {
    await using keeper = new ProcessKeeper()
    const { fixtures } = await openFixtures(keeper, folder, { modes: ['gateway'], required: ['gateway'] })
    const seed = Date.now() % 1_000_000
    const result = await runAttacks(fixtures, allSuites, { seed, cases, seconds: 90, say: () => undefined })
    expect({ seed, escapes: result.escapes, broken: result.broken }).toEqual({
      seed,
      escapes: [],
      broken: [],
    })
    const { allowed, refused } = sumTotals(result)
    // A run proves something only if the server accepted some requests and refused others.
    expect(allowed).toBeGreaterThan(cases / 50)
    expect(refused).toBeGreaterThan(cases / 2)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 180_000)
