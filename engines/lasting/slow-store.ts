import { setTimeout as sleep } from 'node:timers/promises'
import { startDelayed } from './delayed.ts'

/** Starts a proxy in front of a store that serves one data file every two seconds. Returns its URL. */
export function startSlowStore(target: string): Promise<string> {
  let turn = Promise.resolve()
  return startDelayed(target, {
    delay: ({ method, url }) => {
      if (method !== 'GET' || !/\.parquet(\?|$)/.test(url ?? '')) return Promise.resolve()
      return (turn = turn.then(() => sleep(2_000)))
    },
  })
}
