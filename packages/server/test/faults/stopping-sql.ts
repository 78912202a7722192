import type { Queryable, Sql, Statement } from '../../src/store/sql.ts'
import { replaceMethods } from './replace-methods.ts'
import type { Stops } from './stops.ts'

/**
 * Wraps a database client so that requests can stop at the steps `<statement>:before` and `<statement>:after`
 * of each statement, and at `commit:before` and `commit:after` of each transaction.
 */
export function stoppingSql(sql: Sql, stops: Stops): Sql {
  const runOn =
    (on: Queryable) =>
    async <Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> => {
      await stops.reach(`${statement.name}:before`)
      const rows = await on.run<Row>(statement, values)
      await stops.reach(`${statement.name}:after`)
      return rows
    }
  return replaceMethods(sql, {
    run: runOn(sql),
    async transaction<T>(work: (tx: Queryable) => Promise<T>, options?: { readonly signal?: AbortSignal }) {
      const done = await sql.transaction(async (tx) => {
        const result = await work({ run: runOn(tx), afterCommit: (callback) => tx.afterCommit(callback) })
        await stops.reach('commit:before')
        return result
      }, options)
      await stops.reach('commit:after')
      return done
    },
  })
}
