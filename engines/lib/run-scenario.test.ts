import { describe, expect, it } from 'vitest'
import type { Engine, Rows } from './engine.ts'
import { runScenario } from './run-scenario.ts'
import { spark, type Scenario, type Setup, type Step } from './scenario.ts'

const setup: Setup = {
  namespace: 'ns',
  storage: 'file',
  access: {
    uri: 'http://127.0.0.1:1',
    warehouse: undefined,
    auth: { kind: 'none' },
    storage: { kind: 'file', root: '/nowhere' },
  },
  fixture: null,
}

// Simulated engine: returns the text of a statement as one row, and fails for a statement that begins with "fail".
const engine: Engine = {
  name: 'spark',
  version: '0',
  sql: (statement): Promise<Rows> =>
    statement.startsWith('fail')
      ? Promise.reject(new Error(statement))
      : Promise.resolve([statement.split(' ')]),
  call: () => Promise.resolve(null),
  stop: () => Promise.resolve(),
}

async function outcomes(steps: Step[]): Promise<string[]> {
  const scenario: Scenario = { name: 'test', engines: ['spark'], steps: () => steps }
  const result = await runScenario(scenario, setup, () => Promise.resolve(engine))
  return result.steps.map((step) => step.message ?? step.outcome)
}

describe('runScenario: steps', () => {
  it('a scenario step without expectations passes when its statement does not fail', async () => {
    expect(await outcomes([spark('x', 'a b')])).toEqual(['passed'])
  })

  it('a scenario step fails when its statement returns other rows than expected', async () => {
    const [same, other] = await outcomes([spark('x', 'a b', [['a', 'b']]), spark('x', 'a b', [['a', 'c']])])
    expect(same).toBe('passed')
    expect(other).toContain('expected [["a","c"]]')
  })

  it('a scenario step fails when its statement does not fail with the expected error', async () => {
    expect(
      await outcomes([spark('x', 'fail now', /now/), spark('x', 'fail now', /later/), spark('x', 'a', /a/)]),
    ).toEqual([
      'passed',
      'the statement must fail with /later/, but it failed with fail now',
      'the statement must fail with /a/, but it did not fail',
    ])
  })

  it('a scenario step with several statements runs all of them, and its result contains the remark', async () => {
    const act: Step = {
      title: 'x',
      on: 'spark',
      what: 'a',
      act: (on) => on.sql('two words').then((rows) => ({ text: JSON.stringify(rows) })),
    }
    const scenario: Scenario = { name: 'test', engines: ['spark'], steps: () => [act] }
    const { steps } = await runScenario(scenario, setup, () => Promise.resolve(engine))
    expect(steps).toMatchObject([{ outcome: 'passed', remark: { text: '[["two","words"]]' } }])
  })

  it('a scenario continues with later steps after a failed step', async () => {
    expect(await outcomes([spark('x', 'fail'), spark('y', 'a')])).toEqual(['fail', 'passed'])
  })
})

describe('runScenario: scenarios', () => {
  it('a skipped scenario reports the reason and starts no engine', async () => {
    const scenario: Scenario = {
      name: 's',
      engines: ['spark'],
      skip: () => 'not here',
      steps: () => [spark('x', 'a')],
    }
    const result = await runScenario(scenario, setup, () => Promise.reject(new Error('started')))
    expect(result).toMatchObject({ skipped: 'not here', steps: [] })
  })
})
