import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { type CountingProcess, ServerMetrics } from './server-metrics.ts'

/** Worker process with metrics of each type. */
class Counting implements CountingProcess {
  readonly registry = new Registry()
  readonly requests: Counter = new Counter({ name: 'requests', help: 'x', registers: [this.registry] })
  readonly open: Gauge = new Gauge({ name: 'open', help: 'x', registers: [this.registry] })
  readonly current: Gauge = new Gauge({
    name: 'current',
    help: 'x',
    aggregator: 'min',
    registers: [this.registry],
  })
  readonly seconds: Histogram = new Histogram({
    name: 'seconds',
    help: 'x',
    buckets: [1],
    registers: [this.registry],
  })
  responds = true

  async metrics(): ReturnType<CountingProcess['metrics']> {
    // Serializes the metrics in the same way as the IPC channel between two processes.
    return this.responds ? structuredClone(await this.registry.getMetricsAsJSON()) : null
  }
}

async function readValues(metrics: ServerMetrics, ...names: readonly string[]): Promise<readonly number[]> {
  const lines = (await metrics.text()).split('\n')
  return names.map((name) => Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]))
}

test('ServerMetrics adds the counters of all processes, and aggregates gauges as each gauge configures', async () => {
  const metrics = new ServerMetrics()
  const [one, two] = [new Counting(), new Counting()]
  for (const each of [one, two]) metrics.join(each)
  one.requests.inc(3)
  two.requests.inc(4)
  one.seconds.observe(0.5)
  two.seconds.observe(5)
  one.open.set(2)
  two.open.set(3)
  one.current.set(1)
  two.current.set(0)
  expect(await readValues(metrics, 'requests', 'open', 'current', 'seconds_count')).toEqual([7, 5, 0, 2])
  expect(await metrics.text()).toContain('seconds_bucket{le="1"} 1\n')
  expect(await readValues(metrics, 'process_start_time_seconds')).not.toEqual([Number.NaN])
})

test('ServerMetrics keeps the last counters of a worker that ended, and removes its gauges', async () => {
  const metrics = new ServerMetrics()
  const [one, two, three] = [new Counting(), new Counting(), new Counting()]
  for (const each of [one, two]) metrics.join(each)
  for (const each of [one, two]) {
    each.requests.inc(10)
    each.seconds.observe(0.5)
    each.open.set(1)
  }
  expect(await readValues(metrics, 'requests', 'open')).toEqual([20, 2])
  one.requests.inc(5)
  metrics.leave(one)
  expect(await readValues(metrics, 'requests', 'open')).toEqual([20, 1])
  metrics.leave(two)
  metrics.join(three)
  three.requests.inc(1)
  expect(await readValues(metrics, 'requests', 'seconds_count', 'open')).toEqual([21, 2, 0])
  expect(await readValues(metrics, 'requests', 'seconds_count', 'open')).toEqual([21, 2, 0])
})

test('ServerMetrics uses the last known counters of a worker that is too busy to respond', async () => {
  const metrics = new ServerMetrics()
  const one = new Counting()
  metrics.join(one)
  one.requests.inc(2)
  expect(await readValues(metrics, 'requests')).toEqual([2])
  one.requests.inc(2)
  one.responds = false
  expect(await readValues(metrics, 'requests')).toEqual([2])
  one.responds = true
  expect(await readValues(metrics, 'requests')).toEqual([4])
})
