import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { runTasks, type Task } from './run-tasks.ts'

const { signal } = new AbortController()

it('runTasks runs the tasks that a task returns before older tasks, in their order', async () => {
  const order: string[] = []
  const task =
    (name: string, ...next: readonly Task[]): Task =>
    () => {
      order.push(name)
      return Promise.resolve(next)
    }
  await runTasks([task('a', task('a1'), task('a2')), task('b')], { parallel: 1, signal })
  expect(order).toEqual(['a', 'a1', 'a2', 'b'])
})

it('runTasks runs at most `parallel` tasks at the same time', async () => {
  let running = 0
  let most = 0
  let done = 0
  const task: Task = async () => {
    most = Math.max(most, ++running)
    await setTimeout(1)
    running--
    done++
    return []
  }
  await runTasks([() => Promise.resolve(Array.from({ length: 20 }, () => task))], { parallel: 3, signal })
  expect([most, done]).toEqual([3, 20])
})

it('runTasks throws the first error after the running tasks have ended, and starts no other task', async () => {
  const ended: string[] = []
  const slow: Task = async () => {
    await setTimeout(20)
    ended.push('slow')
    return []
  }
  const bad: Task = () => Promise.reject(new Error('bad'))
  const never: Task = () => {
    ended.push('never')
    return Promise.resolve([])
  }
  await expect(runTasks([slow, bad, never], { parallel: 2, signal })).rejects.toThrow('bad')
  expect(ended).toEqual(['slow'])
})

it('runTasks starts no task after its signal was aborted', async () => {
  const stop = new AbortController()
  const ran: number[] = []
  const tasks = [1, 2, 3].map((number): Task => () => {
    ran.push(number)
    if (number === 2) stop.abort()
    return Promise.resolve([])
  })
  await runTasks(tasks, { parallel: 1, signal: stop.signal })
  expect(ran).toEqual([1, 2])
})
