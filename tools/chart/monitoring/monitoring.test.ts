import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryRoot } from '../../../conformance/lib/paths.ts'
import { ProcessKeeper } from '../../../conformance/lib/process-keeper.ts'
import { metricsOfServer } from './metrics-of-server.ts'
import { listQueries, readAlerts, readDashboard } from './monitoring-files.ts'
import type { Samples } from './read-metrics.ts'
import { type Matcher, readPromql } from './read-promql.ts'

const alerts = readAlerts()
const dashboard = readDashboard()
const queries = [...alerts, ...listQueries(dashboard)].map(({ name, expr }) => ({
  name,
  ...readPromql(expr),
}))
/** Labels that Prometheus adds to each metric of a scraped target. */
const target = ['job', 'instance']

const folder = mkdtempSync(join(tmpdir(), 'headgate-monitoring-'))
let samples: Samples
beforeAll(async () => {
  await using keeper = new ProcessKeeper()
  samples = await metricsOfServer(keeper, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

/**
 * Returns the names of all operations: those in the reference documentation, and those in the metrics of a running
 * server.
 */
function listOperations(): ReadonlySet<string> {
  const reference = readFileSync(join(repositoryRoot, 'docs/reference/privileges.md'), 'utf8')
  const documented = [...reference.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name)
  return new Set([...documented, ...(samples.get('headgate_requests_total')?.get('operation') ?? [])])
}

/** Returns the label values that a condition of a query names. The regular expression `a|b` names two values. */
function listAlternatives({ operator, value }: Matcher): readonly string[] {
  return operator.endsWith('~') ? value.split('|') : [value]
}

describe.each(queries)('the query of $name', ({ selectors, grouping }) => {
  test('the monitoring query reads only metrics that the server has', () => {
    expect(selectors.length).toBeGreaterThan(0)
    for (const { metric } of selectors) expect([...samples.keys()]).toContain(metric)
  })

  test('the monitoring query uses only labels that its metrics have', () => {
    const known = new Set([
      ...target,
      ...selectors.flatMap(({ metric }) => [...(samples.get(metric)?.keys() ?? [])]),
    ])
    for (const label of grouping) expect([...known]).toContain(label)
    for (const { metric, matchers } of selectors)
      for (const { label } of matchers)
        expect([...target, ...(samples.get(metric)?.keys() ?? [])]).toContain(label)
  })

  test('the monitoring query compares labels only with values that exist', () => {
    const operations = listOperations()
    for (const { metric, matchers } of selectors) {
      for (const matcher of matchers) {
        const { label } = matcher
        if (target.includes(label) || label === 'status') continue
        const values = label === 'operation' ? operations : (samples.get(metric)?.get(label) ?? new Set())
        for (const alternative of listAlternatives(matcher)) {
          const pattern = new RegExp(`^(?:${alternative})$`)
          expect(
            [...values].some((value) => pattern.test(value)),
            `${label}: ${alternative}`,
          ).toBe(true)
        }
      }
    }
  })
})

test('every metric of Headgate is on the dashboard', () => {
  const used = new Set(
    listQueries(dashboard).flatMap(({ expr }) => readPromql(expr).selectors.map(({ metric }) => metric)),
  )
  const own = [...samples.keys()].filter((name) => name.startsWith('headgate_'))
  const shown = own.map((name) => name.replace(/_(?:bucket|count|sum)$/, '_bucket'))
  expect(own.length).toBeGreaterThan(4)
  for (const name of shown) expect([...used]).toContain(name)
})

test('every alert has a severity, a summary, and a description of the next step', () => {
  expect(alerts.length).toBeGreaterThan(5)
  expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length)
  for (const { name, labels, annotations } of alerts) {
    expect(labels['severity'], name).toMatch(/^(?:critical|warning)$/)
    expect(annotations['summary'], name).toMatch(/\.$/)
    expect(annotations['description'], name).toMatch(/\.$/)
  }
})

test('dashboard panels have unique ids and a description, and do not overlap', () => {
  const { panels } = dashboard
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
  for (const { type, title, description = '', targets = [] } of panels.filter(({ type }) => type !== 'row')) {
    expect(['stat', 'timeseries'], title).toContain(type)
    expect(description, title).toMatch(/\.$/)
    expect(targets.length, title).toBeGreaterThan(0)
  }
})

test('dashboard legends name only labels that the result of the query has', () => {
  for (const { title, targets = [] } of dashboard.panels)
    for (const { expr, legendFormat } of targets) {
      const { grouping, selectors } = readPromql(expr)
      const labels = selectors.flatMap(({ metric }) => [...(samples.get(metric)?.keys() ?? [])])
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        expect(
          grouping.includes(label) ||
            target.includes(label) ||
            (grouping.length === 0 && labels.includes(label)),
          title,
        ).toBe(true)
    }
})
