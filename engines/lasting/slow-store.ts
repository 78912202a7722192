import { setTimeout as sleep } from 'node:timers/promises'
import { startDelayed } from './delayed.ts'

/** A store in front of another one that hands out data files one by one, one every two seconds. Gives its URL. */
export function startSlowStore(target: string): Promise<string> {
  let turn = Promise.resolve()
  return startDelayed(target, {
    delay: ({ method, url }) => {
      if (method !== 'GET' || !/\.parquet(\?|$)/.test(url ?? '')) return Promise.resolve()
      return (turn = turn.then(() => sleep(2_000)))
    },
  })
}
