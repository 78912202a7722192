import { describe, expect, it } from 'vitest'
import { createdItem, type PlannedChange, type PlannedItem, type Stage } from '../plan/planned-item.ts'
import { runPlan } from './run-plan.ts'

const sent: string[] = []

function change(stage: Stage, text: string, depth = 0, error?: Error): PlannedChange {
  const send = (): Promise<void> => {
    sent.push(text)
    return error === undefined ? Promise.resolve() : Promise.reject(error)
  }
  return { stage, depth, text, send }
}

const item = (...changes: PlannedChange[]): PlannedItem => createdItem('namespace', 'wh/a', changes)

describe('runPlan', () => {
  it('runPlan makes changes in the order of their stage and depth, and not in the order of the documents', async () => {
    sent.length = 0
    const items = [
      item(change('grants', 'grant')),
      item(change('namespaces', 'inner', 2), change('settings', 'protect')),
      item(change('namespaces', 'outer', 1)),
      item(change('principals', 'principal')),
    ]
    const progress: number[] = []
    const { states, failure } = await runPlan(items, (made) => progress.push(made))
    expect(sent).toEqual(['principal', 'outer', 'inner', 'protect', 'grant'])
    expect([...states.values()]).toEqual(Array.from({ length: 5 }, () => 'done'))
    expect(failure).toBeUndefined()
    expect(progress).toEqual([1, 2, 3, 4, 5])
  })

  it('runPlan stops at the first failed change, and returns the state of every change', async () => {
    sent.length = 0
    const error = new Error('409')
    const bad = change('roles', 'refused', 0, error)
    const items = [item(change('principals', 'first')), item(bad), item(change('grants', 'never'))]
    const { states, failure } = await runPlan(items, () => undefined)
    expect(sent).toEqual(['first', 'refused'])
    expect([...states.values()]).toEqual(['done', 'failed', 'planned'])
    expect(failure).toEqual({ item: items[1], change: bad, error })
  })
})
